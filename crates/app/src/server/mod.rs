//! A server put together from its settings: used by `serve` and `demo`.

mod beside;
mod files;
mod folder;
mod key;
mod open;
pub(crate) mod stop;

pub(crate) use beside::{Beside, config as runner_config};
pub(crate) use folder::DataFolder;
pub(crate) use open::{check_key, open_database, open_engine};

use crate::error::{Error, Result};
use crate::settings::{BuiltIn, DataSettings, Database, ListenSettings, Objects, RunSettings, loopback_url};
use pipewright_engine::{Engine, limits::Limits};
use pipewright_http_kit::Bounds;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Open requests have this long to finish after the server was told to stop; so has the runner with its jobs.
const GRACE: Duration = Duration::from_secs(10);

/// What a server is made from.
pub(crate) struct ServerSettings {
    pub(crate) listen: ListenSettings,
    /// `None` for a throwaway folder.
    pub(crate) data: Option<DataSettings>,
    pub(crate) run: RunSettings,
    pub(crate) limits: Limits,
}

/// A running server.
pub(crate) struct Server {
    /// `http://ADDRESS` it listens on, reachable from this machine.
    pub(crate) loopback: String,
    /// The administrator's token, if this start made one up.
    pub(crate) root_token: Option<String>,
    stop: watch::Sender<bool>,
    http: JoinHandle<()>,
    background: JoinHandle<()>,
    runner: Option<Beside>,
    /// Last, so that a throwaway folder goes after everything that writes into it.
    _folder: DataFolder,
}

impl Server {
    /// Opens the data, listens, and starts everything that runs by itself.
    pub(crate) async fn start(settings: ServerSettings) -> Result<Self> {
        let (folder, data) = place(settings.data)?;
        let listener = settings.listen.bind().await?;
        let address = listener.local_addr().map_err(|error| Error::Other(error.to_string()))?;
        let (url, mut limits) = (settings.listen.url(address), settings.limits);
        let files = files::raise(limits.connections);
        if let Some(files) = &files {
            limits.connections = files::fit(limits.connections, files.now);
        }
        let builds = folder.path().join("builds");
        let runner_name = beside::name(&data.database, folder.path());
        let opened = tokio::task::spawn_blocking(move || {
            let engine = open_engine(&data, &folder, url, limits)?;
            Ok::<_, Error>((engine, data, folder))
        });
        let (engine, data, folder) = opened.await.map_err(|error| Error::Other(error.to_string()))??;
        check_key(&engine, &data, &folder).await?;
        let root_token = engine.ensure_root(settings.listen.root_token.as_deref()).await?;

        let (stop, stopped) = watch::channel(false);
        let http = tokio::spawn(serve(listener, &engine, stopped.clone()));
        let own = engine.clone();
        let background = tokio::spawn(async move { own.run_background(stopped).await });
        let loopback = loopback_url(address);
        let runner = match settings.run.kind {
            BuiltIn::None => None,
            BuiltIn::Shell => {
                let token = engine.built_in_runner(&runner_name).await?.token;
                let mut config = runner_config(&loopback, &token, &builds, settings.run.concurrency);
                if let Some(files) = files {
                    config.limit_open_files(files.before);
                }
                Some(Beside::start(config)?)
            }
        };
        Ok(Self { loopback, root_token, stop, http, background, runner, _folder: folder })
    }

    /// Takes no more work, ends what runs in the built-in runner, finishes open requests.
    pub(crate) async fn stop(mut self) {
        // While the server still listens: the runner has to report what becomes of its jobs.
        if let Some(runner) = &mut self.runner
            && tokio::time::timeout(GRACE, runner.abort()).await.is_err()
        {
            tracing::warn!("the built-in runner did not end in time; its jobs are found lost at the next start");
        }
        self.stop.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.http).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
            self.http.abort();
        }
        let _ = tokio::time::timeout(GRACE, self.background).await;
    }
}

/// The data folder and what it holds; a throwaway one is not worth a disk's patience.
fn place(data: Option<DataSettings>) -> Result<(DataFolder, DataSettings)> {
    if let Some(data) = data {
        return Ok((DataFolder::take(&data.folder)?, data));
    }
    let folder = DataFolder::ephemeral()?;
    let data = DataSettings {
        folder: folder.path().to_owned(),
        database: Database::Sqlite,
        objects: Objects::Inside,
        key_file: None,
        durable: false,
    };
    Ok((folder, data))
}

fn serve(listener: TcpListener, engine: &Engine, stopped: watch::Receiver<bool>) -> impl Future<Output = ()> + use<> {
    let router = pipewright_api::router(engine.clone(), &pipewright_api::Options::default());
    pipewright_http_kit::serve(listener, router, Bounds::of(&engine.limits), stopped)
}
