//! Pages of a list by number (Jobs API contract §4.1).

use crate::{Call, Check, Params, link};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::fmt::Write as _;

/// Most rows of one page; more are silently cut to this.
pub const MAX_PER_PAGE: i64 = 100;
const DEFAULT_PER_PAGE: i64 = 20;
/// Lists longer than this are not counted to the caller.
pub const MAX_COUNTED: i64 = 10_000;

/// Which page a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    pub page: i64,
    /// Rows of a page, at most [`MAX_PER_PAGE`].
    pub per_page: i64,
    /// What was asked for, repeated in links.
    asked: i64,
}

/// What is known of the rest of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// All rows of the list.
    Counted(i64),
    /// Only whether there is a next page.
    More(bool),
}

impl Page {
    /// Reads `page` and `per_page`.
    pub fn read(check: &mut Check<'_>) -> Self {
        let page = check.integer("page").unwrap_or(1).max(1);
        let asked = check.integer("per_page").unwrap_or(DEFAULT_PER_PAGE);
        if asked < 1 {
            check.fault("per_page has a value not allowed");
        }
        Self { page, per_page: asked.clamp(1, MAX_PER_PAGE), asked }
    }

    /// Rows before this page.
    pub fn offset(&self) -> i64 {
        (self.page - 1).saturating_mul(self.per_page)
    }

    /// Rows to read to learn of a next page.
    pub fn limit_plus_one(&self) -> i64 {
        self.per_page + 1
    }

    /// Cuts rows read with [`Page::limit_plus_one`] to the page and tells what is known of the rest.
    pub fn cut<T>(&self, rows: &mut Vec<T>) -> Rest {
        let more = rows.len() as i64 > self.per_page;
        rows.truncate(self.per_page as usize);
        Rest::More(more)
    }

    /// Puts the headers of a page with `shown` rows.
    pub fn put_headers<R>(&self, call: &Call<R>, rest: Rest, shown: usize, headers: &mut HeaderMap) {
        put(self, &call.address(), &call.params, rest, shown, headers);
    }
}

fn put(page: &Page, address: &str, params: &Params, rest: Rest, shown: usize, headers: &mut HeaderMap) {
    let pages = match rest {
        Rest::Counted(total) if total <= MAX_COUNTED => Some(((total + page.per_page - 1) / page.per_page).max(1)),
        _ => None,
    };
    let next = match rest {
        Rest::Counted(total) => page.page.saturating_mul(page.per_page) < total,
        Rest::More(more) => more,
    };
    let beyond = shown == 0 && page.page > 1;
    let next = next.then(|| page.page.saturating_add(1));
    let previous = (page.page > 1 && !beyond).then_some(page.page - 1);
    let asked = page.asked.to_string();
    let mut links = String::new();
    let named = [("prev", previous), ("next", next), ("first", Some(1)), ("last", pages)];
    for (name, number) in named.into_iter().filter_map(|(name, number)| Some((name, number?))) {
        if !links.is_empty() {
            links.push_str(", ");
        }
        let url = link::address(address, params, &[("page", &number.to_string()), ("per_page", &asked)]);
        let _ = write!(links, r#"<{url}>; rel="{name}""#);
    }
    let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    if let (Rest::Counted(total), Some(_)) = (rest, pages) {
        set(headers, "x-total", &total.to_string());
        set(headers, "x-total-pages", &text(pages));
    }
    set(headers, "x-per-page", &page.per_page.to_string());
    set(headers, "x-page", &page.page.to_string());
    set(headers, "x-next-page", &text(next));
    set(headers, "x-prev-page", &text(previous));
    if let Ok(links) = HeaderValue::from_str(&links) {
        headers.insert(header::LINK, links);
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Check, HeaderMap, Page, Params, Rest, put};

    fn headers(query: &str, rest: Rest, shown: usize) -> HeaderMap {
        let mut params = Params::default();
        params.add_pairs(query).expect("a good query");
        params.declare("id", "1");
        let mut check = Check::new(&params);
        let page = Page::read(&mut check);
        check.done().expect("a good page");
        let mut headers = HeaderMap::new();
        put(&page, "http://h/api/v4/projects/1/jobs", &params, rest, shown, &mut headers);
        headers
    }

    #[test]
    fn links_repeat_every_parameter_but_secrets_in_alphabetical_order() {
        let found = headers("scope[]=pending&private_token=x&per_page=2&page=2", Rest::More(true), 2);
        let at = "http://h/api/v4/projects/1/jobs?id=1&page=";
        let tail = "&per_page=2&scope%5B%5D=pending>";
        assert_eq!(
            found["link"].to_str().unwrap(),
            format!(r#"<{at}1{tail}; rel="prev", <{at}3{tail}; rel="next", <{at}1{tail}; rel="first""#)
        );
        assert!(!found.contains_key("x-total") && !found.contains_key("x-total-pages"));
    }

    #[test]
    fn an_empty_counted_list_has_one_page() {
        let found = headers("", Rest::Counted(0), 0);
        assert_eq!((&found["x-total"], &found["x-total-pages"]), (&"0".parse().unwrap(), &"1".parse().unwrap()));
        assert_eq!(found["x-next-page"], "");
        assert!(found["link"].to_str().unwrap().ends_with(r#"page=1&per_page=20>; rel="last""#));
    }

    #[test]
    fn a_very_long_list_is_not_counted_to_the_caller() {
        let found = headers("", Rest::Counted(super::MAX_COUNTED + 1), 20);
        assert!(!found.contains_key("x-total") && !found.contains_key("x-total-pages"));
        assert!(found["x-next-page"] == "2" && !found["link"].to_str().unwrap().contains("last"));
    }

    #[test]
    fn the_greatest_page_number_is_a_page_like_others() {
        let found = headers(&format!("page={}", i64::MAX), Rest::Counted(3), 0);
        assert_eq!((&found["x-next-page"], &found["x-total"]), (&"".parse().unwrap(), &"3".parse().unwrap()));
    }

    #[test]
    fn beyond_the_end_there_is_no_next_and_no_previous() {
        let found = headers("page=9&per_page=1000", Rest::More(false), 0);
        assert_eq!((&found["x-next-page"], &found["x-prev-page"]), (&"".parse().unwrap(), &"".parse().unwrap()));
        assert_eq!(found["x-per-page"], "100");
        assert!(found["link"].to_str().unwrap().contains("per_page=1000"));
    }
}
