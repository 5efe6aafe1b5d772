//! Pictures, as SVG that scales with the page.

use super::text::{escape, grouped, time, utc};
use crate::report::counted;
use crate::report::table::Mark;

/// The most variables with a line on a timeline.
const LINES: usize = 500;

/// A chart.
#[derive(Debug)]
pub(in crate::report) enum Picture {
    /// Upright bars next to each other, each of several parts.
    Columns { heading: String, bars: Vec<Bar> },
    /// Horizontal bars below each other.
    Bars { heading: String, bars: Vec<(String, u64, Mark)> },
    /// The times of changes. A row has a group, a name, a number of changes, and its ticks.
    Timeline { from: i64, to: i64, rows: Vec<(String, String, u64, Span)> },
}

#[derive(Debug)]
pub(in crate::report) struct Bar {
    pub(in crate::report) label: String,
    pub(in crate::report) parts: Vec<(Mark, &'static str, u64)>,
}

/// A line of a timeline.
#[derive(Debug)]
pub(in crate::report) struct Span {
    pub(in crate::report) marks: Vec<Tick>,
    /// Whether it ends with its last tick.
    pub(in crate::report) removed: bool,
}

#[derive(Debug)]
pub(in crate::report) struct Tick {
    /// From 0 to 1.
    pub(in crate::report) at: f64,
    pub(in crate::report) mark: Mark,
    pub(in crate::report) what: String,
    pub(in crate::report) from: i64,
    pub(in crate::report) to: i64,
}

impl Picture {
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Picture::Columns { heading, bars } => columns(heading, bars, out),
            Picture::Bars { heading, bars } => rows(heading, bars, out),
            Picture::Timeline { from, to, rows } => timeline(*from, *to, rows, out),
        }
    }
}

fn columns(heading: &str, bars: &[Bar], out: &mut String) {
    const HEIGHT: f64 = 100.0;
    let sum = |bar: &Bar| bar.parts.iter().map(|(_, _, count)| count).sum::<u64>();
    let most = bars.iter().map(sum).max().unwrap_or(0).max(1);
    let all: u64 = bars.iter().map(sum).sum();
    put!(out, "<section class=\"chart\">\n<h2>{}</h2>\n", escape(heading));
    legend(bars.iter().flat_map(|bar| &bar.parts), out);
    put!(
        out,
        "<div class=\"columns\"><span class=\"most\" aria-hidden=\"true\">{}</span>\n\
         <svg viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}: {} in all, at most {}\">",
        grouped(most),
        bars.len() * 10,
        escape(heading),
        grouped(all),
        grouped(most),
    );
    // A few bars would otherwise be very wide.
    let width = if bars.len() < 8 { 4 } else { 8 };
    for (at, bar) in bars.iter().enumerate() {
        let mut from = HEIGHT;
        let words: Vec<String> = bar
            .parts
            .iter()
            .filter(|(_, _, count)| *count > 0)
            .map(|(_, name, count)| format!("{} {name}", grouped(*count)))
            .collect();
        if words.is_empty() {
            continue;
        }
        put!(out, "<g><title>{}: {}</title>", escape(&bar.label), words.join(", "));
        for (mark, _, count) in bar.parts.iter().filter(|(_, _, count)| *count > 0) {
            let height = *count as f64 / most as f64 * (HEIGHT - 2.0);
            // Even the smallest part is visible.
            let height = height.max(0.8);
            from -= height;
            let x = at * 10 + (10 - width) / 2;
            put!(
                out,
                "<rect class=\"{}\" x=\"{x}\" y=\"{from:.2}\" width=\"{width}\" height=\"{height:.2}\"/>",
                mark.name()
            );
        }
        out.push_str("</g>");
    }
    out.push_str("</svg>\n");
    let label = |bar: Option<&Bar>| bar.map_or(String::new(), |bar| escape(&bar.label).into());
    put!(out, "<p class=\"axis\" aria-hidden=\"true\"><span>{}</span>", label(bars.first()));
    if bars.len() > 1 {
        put!(out, "<span>{}</span>", label(bars.last()));
    }
    out.push_str("</p></div>\n</section>\n");
}

/// The meaning of the colours of these parts.
fn legend<'p>(parts: impl Iterator<Item = &'p (Mark, &'static str, u64)>, out: &mut String) {
    let mut named: Vec<(Mark, &str)> = Vec::new();
    for (mark, name, _) in parts.filter(|(_, _, count)| *count > 0) {
        if !named.contains(&(*mark, *name)) {
            named.push((*mark, *name));
        }
    }
    named.sort_unstable();
    out.push_str("<ul class=\"legend\" aria-hidden=\"true\">");
    for (mark, name) in named {
        put!(out, "<li class=\"{}\">{name}</li>", mark.name());
    }
    out.push_str("</ul>\n");
}

fn rows(heading: &str, bars: &[(String, u64, Mark)], out: &mut String) {
    let most = bars.iter().map(|(_, count, _)| *count).max().unwrap_or(0).max(1);
    let all: u64 = bars.iter().map(|(_, count, _)| *count).sum::<u64>().max(1);
    put!(
        out,
        "<section class=\"chart\">\n<h2>{}</h2>\n<table class=\"bars\">\n<tbody>\n",
        escape(heading)
    );
    for (name, count, mark) in bars {
        let share = *count as f64 / all as f64 * 100.0;
        put!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td class=\"bar\"><svg viewBox=\"0 0 100 10\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{}\" width=\"{:.2}\" height=\"10\"/></svg></td>\
             <td class=\"number\">{}</td><td class=\"number share\">{share:.0} %</td></tr>\n",
            escape(name),
            mark.name(),
            *count as f64 / most as f64 * 100.0,
            grouped(*count),
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn timeline(from: i64, to: i64, rows: &[(String, String, u64, Span)], out: &mut String) {
    out.push_str(
        "<section class=\"chart\">\n<h2 id=\"timeline\">Changes of each variable</h2>\n\
         <ul class=\"legend\" aria-hidden=\"true\"><li class=\"good\">added</li><li class=\"note\">changed</li>\
         <li class=\"secret\">secret rotated</li><li class=\"plain\">moved</li><li class=\"bad\">removed</li></ul>\n\
         <table class=\"timeline\" role=\"table\" aria-labelledby=\"timeline\">\n<thead><tr role=\"row\">\
         <th scope=\"col\" role=\"columnheader\">variable</th><th scope=\"col\" role=\"columnheader\" class=\"axis\">",
    );
    put!(out, "{}{}", time(from), time(to));
    out.push_str(
        "</th><th scope=\"col\" role=\"columnheader\" class=\"number\">changes</th></tr></thead>\n<tbody>\n",
    );
    let mut group = None;
    for (of, name, count, span) in rows.iter().take(LINES) {
        if group != Some(of) {
            put!(
                out,
                "<tr class=\"group\" role=\"row\"><th scope=\"rowgroup\" role=\"rowheader\" colspan=\"3\"><bdi>{}</bdi></th></tr>\n",
                escape(of)
            );
            group = Some(of);
        }
        put!(
            out,
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code><bdi>{}</bdi></code></th><td role=\"cell\">",
            escape(name)
        );
        line(span, out);
        put!(out, "</td><td role=\"cell\" class=\"number\">{}</td></tr>\n", grouped(*count));
    }
    out.push_str("</tbody>\n</table>\n");
    let more = rows.len().saturating_sub(LINES) as u64;
    if more > 0 {
        put!(
            out,
            "<p class=\"note\">{} more are in the table below.</p>\n",
            counted(more, "variable")
        );
    }
    out.push_str("</section>\n");
}

fn line(span: &Span, out: &mut String) {
    const WIDTH: f64 = 1000.0;
    let x = |tick: &Tick| 4.0 + tick.at * (WIDTH - 8.0);
    let words: Vec<String> = span.marks.iter().map(describe).collect();
    put!(
        out,
        "<svg class=\"line\" viewBox=\"0 0 {WIDTH} 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        escape(&words.join("; "))
    );
    let end = match (span.removed, span.marks.last()) {
        (true, Some(last)) => x(last),
        _ => WIDTH,
    };
    put!(out, "<path class=\"base\" d=\"M0 10H{end:.1}\"/>");
    for (tick, words) in span.marks.iter().zip(&words) {
        put!(
            out,
            "<path class=\"tick {}\" d=\"M{:.1} 3V17\"><title>{}</title></path>",
            tick.mark.name(),
            x(tick),
            escape(words)
        );
    }
    out.push_str("</svg>");
}

fn describe(tick: &Tick) -> String {
    match tick.from == tick.to {
        true => format!("{} on {}", tick.what, utc(tick.from)),
        false => format!("{} from {} to {}", tick.what, utc(tick.from), utc(tick.to)),
    }
}
