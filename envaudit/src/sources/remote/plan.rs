//! From what a program says of secrets, and what a store answers, to the values of variables.

use std::collections::BTreeMap;

use secrecy::zeroize::Zeroizing;

use super::document::{Document, Unusable, list_text};
use super::mapping::Mapping;
use super::secret_ref::SecretRef;
use super::store::{Below, Secret, SecretStore};
use crate::schema::KeyRequest;
use crate::sources::Source;
use crate::sources::provider::{Ask, Fetched, FetchedValue};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The greatest length of a secret.
const MAX_SECRET: usize = 1 << 20;

/// Reads what the variables of a load need of a store.
pub(super) fn fetch<S: SecretStore>(
    store: &S,
    source: Source,
    mapping: &Mapping,
    ask: &Ask<'_>,
) -> Result<Fetched, ProviderError> {
    let asked: Vec<&'static KeyRequest> =
        ask.requests().iter().filter(|request| request.sources().contains(source)).collect();
    let explicit = |request: &KeyRequest| {
        request.names().find_map(|name| Some((name, mapping.explicit.get(name)?)))
    };
    let mut wanted: Vec<SecretRef> = Vec::new();
    let lists_keys = ask.lists_keys();
    let from_documents = lists_keys || asked.iter().any(|request| explicit(request).is_none());
    if from_documents {
        wanted.extend(mapping.documents.iter().map(SecretRef::whole));
    }
    wanted.extend(asked.iter().filter_map(|request| Some(explicit(request)?.1.whole())));
    wanted.sort();
    wanted.dedup();
    let has_members = S::HAS_MEMBERS;
    if wanted.is_empty() && (mapping.paths.is_empty() || !from_documents) {
        return Ok(Fetched::new());
    }
    let read = if wanted.is_empty() { Vec::new() } else { store.read(&wanted, ask)? };
    let answers: BTreeMap<SecretRef, Answer> = wanted
        .iter()
        .cloned()
        .zip(read)
        .map(|(reference, answer)| (reference, answer.and_then(Text::of)))
        .collect();
    let mut plan =
        Plan { answers: &answers, fetched: Fetched::new(), prefix: ask.prefix(), has_members };
    let documents = if from_documents { plan.documents(mapping)? } else { Vec::new() };
    // What documents have is not looked for elsewhere.
    let is_left = |request: &&&KeyRequest| {
        let in_documents = |name| {
            let spellings = spellings(name, ask.prefix());
            documents.iter().any(|document| spellings.iter().any(|it| document.members.has(it)))
        };
        explicit(request).is_none() && !request.names().any(in_documents)
    };
    let left: Vec<&KeyRequest> = asked.iter().filter(is_left).copied().collect();
    let mut below = Vec::new();
    if lists_keys || !left.is_empty() {
        let names = left.iter().flat_map(|request| request.names());
        let wanted: Vec<String> = names.flat_map(|name| spellings(name, ask.prefix())).collect();
        let is_wanted = |rest: &str| lists_keys || wanted.iter().any(|name| name == rest);
        // The later wins.
        for path in mapping.paths.iter().rev() {
            below.extend(store.below(path, &is_wanted, ask)?);
        }
    }
    if lists_keys {
        plan.list(mapping, &documents, &below);
    }
    for request in asked {
        match explicit(request) {
            Some((name, reference)) => plan.explicit(request, name, reference),
            None => {
                if !plan.from_documents(request, &documents) {
                    plan.from_paths(request, &below);
                }
            }
        }
    }
    Ok(plan.fetched)
}

type Answer = Result<Text, ProviderError>;

/// The text of a secret, and what the store says of it.
struct Text {
    text: Zeroizing<String>,
    secret: Secret,
}

impl Text {
    fn of(mut secret: Secret) -> Answer {
        if secret.payload.len() > MAX_SECRET {
            return Err(ProviderError::of(ProviderErrorKind::TooLarge));
        }
        match str::from_utf8(&secret.payload) {
            Ok(text) => {
                let text = Zeroizing::new(text.to_owned());
                secret.payload = Zeroizing::default();
                Ok(Text { text, secret })
            }
            Err(_) => Err(not_utf8()),
        }
    }
}

struct Plan<'p> {
    answers: &'p BTreeMap<SecretRef, Answer>,
    fetched: Fetched,
    prefix: &'static str,
    has_members: bool,
}

/// A document that could be read.
struct OpenDocument<'p> {
    id: &'p SecretRef,
    members: Document<'p>,
    secret: &'p Secret,
}

impl<'p> Plan<'p> {
    /// The documents, the one that wins first. One that cannot be read fails the provider: any variable may be in it.
    fn documents(&self, mapping: &'p Mapping) -> Result<Vec<OpenDocument<'p>>, ProviderError> {
        let open = |id: &'p SecretRef| {
            let (text, secret) = self.answer(id)?;
            let members = Document::read(text).map_err(|error| error.secret(id))?;
            Ok(OpenDocument { id, members, secret })
        };
        mapping.documents.iter().rev().map(open).collect()
    }

    fn answer(&self, reference: &SecretRef) -> Result<(&'p str, &'p Secret), ProviderError> {
        let whole = reference.whole();
        match self.answers.get(&whole) {
            Some(Ok(Text { text, secret })) => Ok((text, secret)),
            Some(Err(error)) => Err(error.clone().secret(&whole)),
            None => Err(ProviderError::of(ProviderErrorKind::Malformed).secret(&whole)),
        }
    }

    fn explicit(&mut self, request: &KeyRequest, name: &'static str, reference: &SecretRef) {
        let value = self.answer(reference).and_then(|(text, secret)| {
            let text = match reference.wanted_member() {
                None if self.has_members => Document::read(text)
                    .and_then(|document| document.whole(text, request).map_err(unusable))
                    .map_err(|error| error.secret(reference))?,
                None => whole(text, secret, request)?,
                Some(member) => Document::read(text)
                    .and_then(|document| document.text(member, request).map_err(unusable))
                    .map_err(|error| error.secret(reference))?,
            };
            Ok((text, secret))
        });
        match value {
            Ok((text, secret)) => {
                let value = self.fetched.insert(name, text.as_str());
                describe(value, secret, reference.id(), reference.wanted_member());
            }
            Err(error) => self.fetched.fail(name, error),
        }
    }

    /// What there is, under the names that variables would have.
    fn list(
        &mut self,
        mapping: &Mapping,
        documents: &[OpenDocument<'_>],
        below: &[Below],
    ) {
        let last = below.iter().map(|found| found.name.as_str());
        for name in documents.iter().flat_map(|document| document.members.names()).chain(last) {
            let key = name.replace(['-', '.'], "_").to_ascii_uppercase();
            self.fetched.insert(key, "");
        }
        for key in mapping.explicit.keys() {
            self.fetched.insert(key, "");
        }
    }

    /// A secret whose name ends in that of the variable.
    fn from_paths(&mut self, request: &KeyRequest, below: &[Below]) {
        for name in request.names() {
            let spellings = spellings(name, self.prefix);
            let mut found = below.iter().filter(|found| spellings.contains(&found.name));
            let Some(Below { id, secret, .. }) = found.next() else { continue };
            let text = secret.as_ref().map_err(Clone::clone).and_then(|secret| {
                let text = str::from_utf8(&secret.payload).map_err(|_| not_utf8())?;
                Ok((whole(text, secret, request)?, secret))
            });
            match text {
                Ok((text, secret)) => {
                    let value = self.fetched.insert(name, text.as_str());
                    describe(value, secret, id, None);
                    if found.next().is_some() {
                        value.overriding();
                    }
                }
                Err(error) => self.fetched.fail(name, error.secret(id)),
            }
        }
    }

    /// Whether a document has the variable, if only as what cannot be used.
    fn from_documents(&mut self, request: &KeyRequest, documents: &[OpenDocument<'_>]) -> bool {
        let mut has_any = false;
        for name in request.names() {
            let spellings = spellings(name, self.prefix);
            let mut found = documents.iter().filter_map(|document| {
                let member = spellings.iter().find(|member| document.members.has(member))?;
                Some((document, member))
            });
            let Some((document, member)) = found.next() else { continue };
            has_any = true;
            let is_overriding = found.next().is_some();
            match document.members.text(member, request) {
                Ok(text) => {
                    let value = self.fetched.insert(name, text.as_str());
                    describe(value, document.secret, document.id.id(), Some(member));
                    if is_overriding {
                        value.overriding();
                    }
                }
                Err(fault) => {
                    let reference = document.id.clone().member(member.as_str());
                    self.fetched.fail(name, unusable(fault).secret(&reference));
                }
            }
        }
        has_any
    }
}

fn not_utf8() -> ProviderError {
    ProviderError::free_text(ProviderErrorKind::Malformed, "it is not UTF-8")
}

/// A secret that is the value of one variable.
fn whole(
    text: &str,
    secret: &Secret,
    request: &KeyRequest,
) -> Result<Zeroizing<String>, ProviderError> {
    match secret.is_list {
        true => list_text(text, request).map_err(unusable),
        false => Ok(Zeroizing::new(text.to_owned())),
    }
}

fn unusable(fault: Unusable) -> ProviderError {
    match fault {
        Unusable::Absent => ProviderError::of(ProviderErrorKind::Absent),
        Unusable::Separator => ProviderError::free_text(
            ProviderErrorKind::Malformed,
            "an element has the separator of the field in it: give the field another, with `sep` or `kv_sep`",
        ),
        Unusable::Ambiguous => ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "it has several members: name one, as in `path#member`",
        ),
        Unusable::Compound => ProviderError::free_text(
            ProviderErrorKind::Malformed,
            "it is an object or a list, and the field takes a text, or is one within another",
        ),
    }
}

fn describe(value: &mut FetchedValue, secret: &Secret, id: &str, member: Option<&str>) {
    value.secret_id(id);
    if let Some(member) = member {
        value.field(member);
    }
    if let Some(version) = &secret.version {
        value.version(version.as_str());
    }
    if let Some(stage) = &secret.stage {
        value.stage(stage.as_str());
    }
    if let Some(created) = secret.created {
        value.created(created);
    }
}

/// The names that a member for a variable may have, in the order in which they are tried.
fn spellings(name: &str, prefix: &str) -> Vec<String> {
    let behind = name.strip_prefix(prefix).filter(|rest| !rest.is_empty() && !prefix.is_empty());
    let mut all = Vec::new();
    for name in std::iter::once(name).chain(behind) {
        let snake = name.to_ascii_lowercase();
        let kebab = snake.replace('_', "-");
        all.extend([name.to_owned(), snake, kebab]);
    }
    all.dedup();
    all
}
