//! A report as one HTML page.
//!
//! The page needs no other file: its styles and its script are part of it, and a content security policy allows only those
//! two, by their hashes. Pictures are SVG. The script changes times to the reader's zone and filters rows; the page says the
//! same without it.

/// Appends to a text, which cannot fail.
macro_rules! put {
    ($out:expr, $($text:tt)*) => { $out.push_str(&format!($($text)*)) };
}

mod chart;
mod text;
mod verdict;

use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use self::text::{escape, time};
use super::table::{Field, Mark, Table};
use super::{Report, counted};
use crate::ledger::Timestamp;
use crate::ledger::verify;

pub(super) use chart::{Bar, Picture, Span, Tick};
pub(super) use text::grouped;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");

/// The facts that a page shows besides the report.
#[derive(Clone, Copy, Debug)]
pub struct PageContext<'f> {
    /// The result of a verification of the ledger.
    pub verdict: Option<&'f verify::Report>,
    /// Whether the verification was given an anchor, even one of another ledger.
    pub anchor_given: bool,
    /// The id of the ledger.
    pub ledger: Option<&'f str>,
    /// When the report was made.
    pub made: Timestamp,
}

pub(super) fn page(report: &Report, context: &PageContext<'_>) -> String {
    let mut out = String::with_capacity(64 << 10);
    let hash = |text: &str| BASE64.encode(&Sha256::digest(text));
    let title = escape(&report.title);
    put!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"envaudit {}\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n",
        hash(STYLE),
        hash(SCRIPT),
        env!("CARGO_PKG_VERSION"),
    );
    head(report, context, &mut out);
    out.push_str("<main id=\"report\">\n");
    verdict::write(context, report.last_line, &mut out);
    tiles(report, &mut out);
    for picture in &report.pictures {
        picture.write(&mut out);
    }
    search(&mut out);
    for (at, table) in report.tables.iter().enumerate() {
        write_table(table, at, &mut out);
    }
    out.push_str("</main>\n");
    foot(report, &mut out);
    put!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn head(report: &Report, context: &PageContext<'_>, out: &mut String) {
    put!(
        out,
        "<a class=\"skip\" href=\"#report\">Skip to the report</a>\n<header>\n<p class=\"kicker\">Audit report</p>\n\
         <h1>{}</h1>\n<p class=\"lead\">{}</p>\n<dl class=\"about\">\n",
        escape(&report.title),
        escape(&report.summary)
    );
    let moment = |moment: Option<Timestamp>, default: &str| match (moment, report.seen) {
        (Some(moment), _) => time(moment.micros()),
        (None, _) => default.to_owned(),
    };
    put!(
        out,
        "<div><dt>Period</dt><dd>{} – {}</dd></div>\n",
        moment(report.period.since, "the first event"),
        moment(report.period.until, "the last event")
    );
    if let Some((first, last)) = report.seen {
        put!(
            out,
            "<div><dt>First and last counted</dt><dd>{} – {}</dd></div>\n",
            time(first),
            time(last)
        );
    }
    if let Some(ledger) = context.ledger {
        put!(out, "<div><dt>Ledger</dt><dd><code>{}</code></dd></div>\n", escape(ledger));
    }
    put!(out, "<div><dt>Made</dt><dd>{}</dd></div>\n</dl>\n", time(context.made.micros()));
    out.push_str("<p class=\"zone\" id=\"zone\">Times are UTC.</p>\n</header>\n");
}

fn tiles(report: &Report, out: &mut String) {
    out.push_str("<ul class=\"tiles\">\n");
    for (label, count, mark) in &report.tiles {
        put!(
            out,
            "<li class=\"{}\"><strong>{}</strong> <span>{}</span></li>\n",
            mark.name(),
            grouped(*count),
            escape(label)
        );
    }
    out.push_str("</ul>\n");
}

fn search(out: &mut String) {
    out.push_str(
        "<form class=\"search\" id=\"search\" role=\"search\" hidden>\n<label for=\"words\">Search the tables</label>\n\
         <input type=\"search\" id=\"words\" autocomplete=\"off\" spellcheck=\"false\" \
         placeholder=\"an actor, a resource, a variable…\">\n\
         <output id=\"matches\" for=\"words\" aria-live=\"polite\"></output>\n</form>\n",
    );
}

fn write_table(table: &Table, at: usize, out: &mut String) {
    put!(
        out,
        "<section aria-labelledby=\"s{at}\">\n<h2 id=\"s{at}\">{}</h2>\n",
        escape(&table.heading)
    );
    if !table.note.is_empty() {
        put!(out, "<p class=\"note\">{}</p>\n", escape(&table.note));
    }
    if table.rows.is_empty() {
        out.push_str("<p class=\"none\">None.</p>\n</section>\n");
        return;
    }
    put!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"s{at}\" tabindex=\"0\">\n<table role=\"table\">\n<thead><tr role=\"row\">"
    );
    for column in table.columns.iter().filter(|column| !column.hidden) {
        let class = if column.number { " class=\"number\"" } else { "" };
        put!(
            out,
            "<th scope=\"col\" role=\"columnheader\"{class}>{}</th>",
            escape(&column.title())
        );
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr role=\"row\">");
        let seen = table.columns.iter().zip(row).filter(|(column, _)| !column.hidden);
        for (column, field) in seen {
            let class = match (column.number, field) {
                (true, _) => " class=\"number\"",
                (_, Field::Time(_)) => " class=\"when\"",
                _ => "",
            };
            put!(out, "<td role=\"cell\" data-label=\"{}\"{class}>", escape(&column.title()));
            cell(field, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    if table.omitted > 0 {
        let more = counted(table.omitted, "row");
        put!(
            out,
            "<p class=\"note\">{more} more are left out here; the totals include them.</p>\n"
        );
    }
    out.push_str("</section>\n");
}

fn cell(field: &Field, out: &mut String) {
    match field {
        Field::Text(text) if text.is_empty() => {}
        Field::Text(text) | Field::Marked(Mark::Plain, text) => {
            put!(out, "<bdi>{}</bdi>", escape(text));
        }
        Field::Name(text) => put!(out, "<code><bdi>{}</bdi></code>", escape(text)),
        Field::WithKind(text, kind) if kind.is_empty() => put!(out, "<bdi>{}</bdi>", escape(text)),
        Field::WithKind(text, kind) => {
            let (text, kind) = (escape(text), escape(kind));
            put!(out, "<span><bdi>{text}</bdi> <span class=\"kind\">{kind}</span></span>");
        }
        Field::Count(count) => out.push_str(&grouped(*count)),
        Field::Time(moment) => out.push_str(&time(*moment)),
        Field::Marked(mark, text) => {
            put!(out, "<span class=\"mark {}\"><bdi>{}</bdi></span>", mark.name(), escape(text));
        }
    }
}

fn foot(report: &Report, out: &mut String) {
    out.push_str("<footer>\n");
    if report.unreadable > 0 {
        put!(
            out,
            "<p class=\"mark bad\">{} of the ledger could not be read and were not counted.</p>\n",
            counted(report.unreadable, "line")
        );
    }
    let index = match report.temporary {
        true => "All events were counted by reading the ledger itself for this report.",
        false => {
            "Events were counted by the index beside the ledger; those listed above were read from the ledger itself."
        }
    };
    put!(
        out,
        "<p>{index} The verdict comes from a verification of the ledger, which reads no index.</p>\n\
         <p>Made by envaudit {}. No secret value is in this page.</p>\n</footer>\n",
        env!("CARGO_PKG_VERSION")
    );
}
