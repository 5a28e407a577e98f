//! One job, lists of jobs: requests a second beside a bare handler, and what deep pages cost.

use crate::load::{self, Figures};
use crate::report::{figure, middle, runs, spread};
use crate::seed::Seeded;
use crate::served::{Place, Served};
use crate::{Outcome, bare};
use reqwest::Method;
use std::time::Duration;

/// How long one side is driven before it is the other's turn.
const TURN: Duration = Duration::from_secs(2);
/// Different jobs asked for.
const IDS: i64 = 5000;

/// Measures everything that is only read.
pub(crate) async fn measure(place: &Place, seeded: &Seeded, rounds: usize) -> Outcome {
    let server = place.serve(&[])?;
    let project = format!("/api/v4/projects/{}", seeded.project);
    let step = (seeded.jobs / IDS).max(1);
    // In no order, as people ask.
    let ids = (0..IDS).map(|number| seeded.first_job + (number * 1_231 % IDS * step) % seeded.jobs);
    let jobs: Vec<String> = ids.map(|id| format!("{project}/jobs/{id}")).collect();
    beside(&server, seeded, "one job by id", &jobs, rounds, ">= 40 %, p99 under 5 ms").await?;
    let list = [format!("{project}/jobs?per_page=20")];
    beside(&server, seeded, "a project's jobs, 20 a page", &list, rounds, ">= 20 %").await?;
    busy(&server, seeded, &jobs).await?;
    deep(&server, seeded, &format!("/projects/{}/jobs", seeded.project), rounds).await
}

/// The same jobs while somebody changes something all the time, so that no answer can be given again for long.
async fn busy(server: &Served, seeded: &Seeded, paths: &[String]) -> Outcome {
    for every in [Duration::from_millis(100), Duration::from_millis(10)] {
        let changes = async {
            let mut ticks = tokio::time::interval(every);
            let path = format!("/projects/{}", seeded.project);
            for number in 0_u64.. {
                ticks.tick().await;
                let fields = serde_json::json!({ "description": number.to_string() });
                let request = server.request(Method::PUT, &path).json(&fields);
                request.send().await?.error_for_status()?;
            }
            Outcome::Ok(())
        };
        tokio::select! {
            figures = load::drive(&server.address, &seeded.token, paths, TURN) => {
                figure(&format!("one job by id, a commit every {} ms", every.as_millis()), &runs(&[figures?]), "");
            }
            stopped = changes => stopped?,
        }
    }
    Ok(())
}

/// Drives ours and the bare handler in turn.
async fn beside(server: &Served, seeded: &Seeded, what: &str, paths: &[String], rounds: usize, aim: &str) -> Outcome {
    let body = load::once(&server.address, &seeded.token, &paths[0]).await?;
    let bare = bare::start(&body)?;
    // Both are warm before anything counts.
    load::drive(&server.address, &seeded.token, paths, TURN / 2).await?;
    load::drive(&bare.address, &seeded.token, paths, TURN / 2).await?;
    let (mut ours, mut theirs, mut ratios, mut costs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (own, other) = (server.processor(), bare.processor());
        let one = load::drive(&server.address, &seeded.token, paths, TURN).await?;
        let other_one = load::drive(&bare.address, &seeded.token, paths, TURN).await?;
        let cost = |before: Option<f64>, after: Option<f64>, rate: f64| {
            Some((after? - before?) * 1e6 / (rate * TURN.as_secs_f64()))
        };
        let costs_of = (cost(own, server.processor(), one.rate), cost(other, bare.processor(), other_one.rate));
        if let (Some(own), Some(other)) = costs_of {
            costs.push((own, other));
        }
        ratios.push(one.rate / other_one.rate * 100.0);
        ours.push(one);
        theirs.push(other_one);
    }
    figure(&format!("{what}: share of the bare handler"), &spread(&ratios, " %"), aim);
    figure(&format!("  ours, {} bytes", body.len()), &runs(&ours), "");
    figure("  the bare handler", &runs(&theirs), "");
    let column = |pick: fn(&(f64, f64)) -> f64| spread(&costs.iter().map(pick).collect::<Vec<_>>(), " us");
    figure("  processor time of an answer, ours", &column(|cost| cost.0), "");
    figure("  processor time of an answer, the bare handler", &column(|cost| cost.1), "");
    Ok(())
}

/// The same list by keyset: its first page, the 500th, and the one 50,000 rows down, in turn.
async fn deep(server: &Served, seeded: &Seeded, path: &str, rounds: usize) -> Outcome {
    let address = |cursor: &str| format!("/api/v4{path}?pagination=keyset&per_page=20{cursor}");
    let at_500 = cursor(server, path, 9_980).await?;
    let at_50_000 = cursor(server, path, 50_000.min(seeded.jobs - 20)).await?;
    let pages = [String::new(), format!("&cursor={at_500}"), format!("&cursor={at_50_000}")]
        .map(|cursor| vec![address(&cursor)]);
    let mut all: [Vec<Figures>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (page, figures) in pages.iter().zip(&mut all) {
            figures.push(load::drive(&server.address, &seeded.token, page, TURN / 2).await?);
        }
    }
    for (name, figures) in ["page 1", "page 500", "50,000 rows down"].iter().zip(&all) {
        figure(&format!("by keyset, {name}"), &runs(figures), "");
    }
    let rate = |figures: &[Figures]| 1e3 / middle(figures.iter().map(|run| Duration::from_secs_f64(1.0 / run.rate)));
    let rates: Vec<f64> = all.iter().map(|figures| rate(figures)).collect();
    let most = rates.iter().copied().fold(f64::MIN, f64::max);
    let least = rates.iter().copied().fold(f64::MAX, f64::min);
    figure("by keyset, the fastest to the slowest", &format!("{:.2}", most / least), "within 1.2");
    let offset = [format!("/api/v4{path}?per_page=20&page=500")];
    let page = load::drive(&server.address, &seeded.token, &offset, TURN).await?;
    figure("by number, page 500", &runs(&[page]), "");
    Ok(())
}

/// The cursor after so many rows, found as any client finds it.
async fn cursor(server: &Served, path: &str, rows: i64) -> Outcome<String> {
    let (mut cursor, mut left) = (String::new(), rows);
    while left > 0 {
        let page = left.min(100);
        let query = format!("{path}?pagination=keyset&per_page={page}&cursor={cursor}");
        let answer = server.request(Method::GET, &query).send().await?;
        let next = answer.headers().get("x-next-cursor").ok_or("the list ended too soon")?;
        next.to_str()?.clone_into(&mut cursor);
        left -= page;
    }
    Ok(cursor)
}
