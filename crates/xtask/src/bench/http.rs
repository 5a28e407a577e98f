//! Just enough HTTP/1.1 to ask one server one thing after the other, without a library's own delays.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// One kept-alive connection.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
    head: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Connection {
    /// Connects; the headers go with every request.
    pub(crate) fn open(address: &str, headers: &[(&str, &str)]) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let mut head = format!("Host: {address}\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        Ok(Self { reader: BufReader::new(stream), head })
    }

    /// GET.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer, String> {
        self.send(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head), &[])
    }

    /// POST of JSON.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Result<Answer, String> {
        self.with_json("POST", path, body)
    }

    /// PUT of JSON.
    pub(crate) fn put(&mut self, path: &str, body: &Value) -> Result<Answer, String> {
        self.with_json("PUT", path, body)
    }

    fn with_json(&mut self, method: &str, path: &str, body: &Value) -> Result<Answer, String> {
        let body = body.to_string();
        let head = &self.head;
        let kind = "Content-Type: application/json\r\n";
        let text = format!("{method} {path} HTTP/1.1\r\n{head}{kind}Content-Length: {}\r\n\r\n", body.len());
        self.send(&text, body.as_bytes())
    }

    fn send(&mut self, head: &str, body: &[u8]) -> Result<Answer, String> {
        let request = [head.as_bytes(), body].concat();
        self.reader.get_mut().write_all(&request).map_err(|error| error.to_string())?;
        self.receive().map_err(|error| error.to_string())
    }

    fn receive(&mut self) -> std::io::Result<Answer> {
        let broken = || std::io::Error::other("this is no HTTP answer");
        let status = self.line()?.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(broken)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            loop {
                let size = usize::from_str_radix(self.line()?.trim(), 16).map_err(|_| broken())?;
                let start = answer.body.len();
                answer.body.resize(start + size, 0);
                self.reader.read_exact(&mut answer.body[start..])?;
                self.line()?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = answer.header("content-length").and_then(|length| length.parse().ok()) {
            answer.body.resize(length, 0);
            self.reader.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(std::io::Error::other("the server closed the connection"));
        }
        Ok(line.trim_end().to_owned())
    }
}
