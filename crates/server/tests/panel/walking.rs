//! Walking through the pages of a table.

use crate::support::Browser;

/// The link of this kind on a page.
pub(crate) fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// The numbers of rows that are marked `<mark><number>-`, in their order.
pub(crate) fn marks(html: &str, mark: &str) -> Vec<u32> {
    html.split(mark).skip(1).filter_map(|rest| rest.split_once('-')?.0.parse().ok()).collect()
}

/// The numbers on each page from one on, and the address of the last one.
pub(crate) async fn walk(browser: &Browser, from: &str, rel: &str, mark: &str) -> (Vec<Vec<u32>>, String) {
    let (mut pages, mut at) = (Vec::new(), from.to_owned());
    loop {
        let shown = browser.get(&at).await.is(200);
        pages.push(marks(&shown.html, mark));
        match link(&shown.html, rel) {
            Some(next) => at = next,
            None => return (pages, at),
        }
    }
}
