//! What to ask of a load that must have failed.

use envaudit::{LoadError, Problem};

/// The one problem of a load that must have failed.
#[track_caller]
pub fn only<T>(result: &Result<T, LoadError>) -> &Problem {
    match of(result) {
        [problem] => problem,
        problems => panic!("{} problems instead of one: {problems:#?}", problems.len()),
    }
}

/// The problems of a load that must have failed.
#[track_caller]
pub fn of<T>(result: &Result<T, LoadError>) -> &[Problem] {
    match result {
        Ok(_) => panic!("the load succeeded"),
        Err(error) => error.problems(),
    }
}

/// Everything that an error can be made to say: `Display`, `Debug` and JSON.
pub fn all_text(error: &LoadError) -> String {
    let json = serde_json::to_string(error.problems()).expect("problems serialise");
    format!("{error}\n{error:#?}\n{json}")
}
