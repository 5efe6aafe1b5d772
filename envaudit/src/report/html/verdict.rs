//! The result of the verification, at the top of a page.

use data_encoding::HEXLOWER;

use super::PageContext;
use super::text::{escape, grouped};
use crate::ledger::verify::{Report, Signatures};
use crate::report::counted;

/// At most this many findings are listed.
const LISTED: usize = 50;

const INTACT: &str = "<svg class=\"sign\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 2 4 5v6c0 5 3.4 9.3 8 11 \
                      4.6-1.7 8-6 8-11V5z\"/><path class=\"stroke\" d=\"m8 12 3 3 5-6\"/></svg>";
const BROKEN: &str = "<svg class=\"sign\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 2 4 5v6c0 5 3.4 9.3 8 11 \
                      4.6-1.7 8-6 8-11V5z\"/><path class=\"stroke\" d=\"m9 9 6 6m0-6-6 6\"/></svg>";

pub(super) fn write(context: &PageContext<'_>, last_line: Option<u64>, out: &mut String) {
    let Some(report) = context.verdict else {
        out.push_str(
            "<section class=\"verdict warning\" aria-labelledby=\"verdict\">\n<div>\n<h2 id=\"verdict\">Not verified</h2>\n\
             <p>The record was not verified when this report was made.</p>\n</div>\n</section>\n",
        );
        return;
    };
    let (class, sign, word) = match (report.is_intact(), report.anchored) {
        (true, Some(_)) => ("good", INTACT, "The record is intact"),
        (true, None) => {
            ("good", INTACT, "The record is intact, as far as can be known without an anchor")
        }
        (false, _) => ("bad", BROKEN, "The record is not intact"),
    };
    put!(
        out,
        "<section class=\"verdict {class}\" aria-labelledby=\"verdict\">\n{sign}<div>\n<h2 id=\"verdict\">{word}</h2>\n\
         <p>Verdict <code>{}</code>: {} in {} verified.</p>\n<ul>\n",
        report.verdict(),
        counted(report.events, "event"),
        counted(report.segments, "segment"),
    );
    for line in facts(report, context.anchor_given, last_line) {
        put!(out, "<li>{line}</li>\n");
    }
    out.push_str("</ul>\n");
    if !report.findings.is_empty() {
        out.push_str("<ol class=\"findings\">\n");
        for finding in report.findings.iter().take(LISTED) {
            let text = finding.to_string();
            let class = if finding.verdict.is_break() { "bad" } else { "plain" };
            put!(
                out,
                "<li><span class=\"mark {class}\">{}</span> {}</li>\n",
                finding.verdict,
                escape(text.strip_prefix(finding.verdict.name()).unwrap_or(&text))
            );
        }
        out.push_str("</ol>\n");
    }
    let more = report.findings.len().saturating_sub(LISTED) as u64 + report.omitted;
    if more > 0 {
        put!(out, "<p>and {} more.</p>\n", counted(more, "finding"));
    }
    out.push_str("</div>\n</section>\n");
}

/// The facts behind the verdict.
fn facts(report: &Report, anchor_given: bool, last_line: Option<u64>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((seq, hash)) = report.tail {
        lines.push(format!(
            "The last event verified is {}: <code class=\"hash\">{}</code>",
            grouped(seq),
            HEXLOWER.encode(&hash)
        ));
        if last_line.is_some_and(|last| last > seq) {
            lines.push(
                "Events that were appended while this report was made are counted, not verified."
                    .into(),
            );
        }
    }
    lines.push(match (report.anchored, report.tail) {
        (Some(anchored), Some((tail, _))) if anchored == tail => {
            "An anchor outside the ledger vouches for all of it.".into()
        }
        (Some(anchored), _) => {
            format!(
                "An anchor outside the ledger vouches for the events up to {}.",
                grouped(anchored)
            )
        }
        (None, _) => {
            let why = match anchor_given {
                true => "The state in the given anchor is not in this ledger",
                false => "No anchor was given",
            };
            format!("{why}: whether newer events were cut off cannot be known.")
        }
    });
    let checkpoints = counted(report.checkpoints, "checkpoint");
    lines.push(match report.signatures {
        Signatures::Trusted => format!("{checkpoints} verified, signed with a known key."),
        Signatures::Claimed => {
            format!("{checkpoints} verified, signed with the key that the ledger itself names.")
        }
        _ => "No checkpoint is signed.".into(),
    });
    if report.key_beside {
        lines.push(
            "<span class=\"mark warning\">The key is kept beside the ledger: the owner of the folder can forge all of it.</span>"
                .into(),
        );
    }
    lines
}
