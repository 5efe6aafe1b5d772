//! Types of other crates that have a feature.

use std::collections::BTreeMap;

use bytesize::ByteSize;
use envaudit_tests::{absent, read_as};
use url::Url;
use uuid::Uuid;

fn url(text: &str) -> Url {
    text.parse().expect("an absolute URL")
}

#[test]
fn each_is_read_in_the_notation_of_its_crate() {
    assert_eq!(read_as!(Url, "https://example.org/a?b"), Ok(url("https://example.org/a?b")));
    let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    assert_eq!(read_as!(Uuid, id).map(|uuid| uuid.to_string()), Ok(id.to_owned()));
    assert_eq!(read_as!(ByteSize, "10 MiB"), Ok(ByteSize::mib(10)));
    assert_eq!(read_as!(ByteSize, "512"), Ok(ByteSize::b(512)));
}

#[test]
fn each_says_what_it_expects() {
    for (problem, expected) in [
        (read_as!(Url, "example.org").err(), "an absolute URL"),
        (read_as!(Uuid, "67e55044").err(), "a UUID"),
        (read_as!(ByteSize, "10 bananas").err(), "a size such as `10 MiB`"),
    ] {
        let problem = problem.expect("not of the type");
        assert_eq!(problem.expected(), Some(expected));
        assert_eq!(problem.reason_text(), None);
    }
}

#[test]
fn each_stands_in_containers_and_behind_defaults() {
    assert_eq!(read_as!(Vec<Url>, "a:b,c:d"), Ok(vec![url("a:b"), url("c:d")]));
    assert_eq!(read_as!(Option<ByteSize>, "1KB"), Ok(Some(ByteSize::kb(1))));
    assert_eq!(
        read_as!(BTreeMap<String, ByteSize>, "log=1MB"),
        Ok(BTreeMap::from([("log".to_owned(), ByteSize::mb(1))]))
    );
    assert_eq!(
        absent!([default = "http://localhost"] Url
        ),
        Ok(url("http://localhost"))
    );
    assert_eq!(
        absent!([default = ByteSize::mib(1)] ByteSize
        ),
        Ok(ByteSize::mib(1))
    );
    assert_eq!(
        absent!([default] Uuid
        ),
        Ok(Uuid::nil())
    );
}

#[test]
fn the_userinfo_of_a_url_is_not_shown() {
    let problem = read_as!(Url, "//user:hunter2secret@host").expect_err("no scheme");
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
}
