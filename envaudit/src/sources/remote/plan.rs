//! From what a program says of secrets, and what a store answers, to the values of variables.

use std::collections::BTreeMap;

use secrecy::zeroize::Zeroizing;

use super::document::{Document, Unusable, list_text};
use super::mapping::Mapping;
use super::secret_ref::SecretRef;
use super::store::{Secret, SecretStore};
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
    let has_places = !mapping.paths.is_empty() || !mapping.prefixes.is_empty();
    if wanted.is_empty() && !(has_places && from_documents) {
        return Ok(Fetched::new());
    }
    let read = if wanted.is_empty() { Vec::new() } else { store.read(&wanted, ask)? };
    let answers = texts(wanted, read);
    let mut plan =
        Plan { answers: &answers, fetched: Fetched::new(), prefix: ask.prefix(), has_members };
    let documents = if from_documents { plan.documents(mapping)? } else { Vec::new() };
    // What documents have is not looked for elsewhere.
    let in_documents = |name| {
        let spellings = spellings(name, ask.prefix());
        documents.iter().any(|document| spellings.iter().any(|it| document.members.has(it)))
    };
    let is_left = |request: &&'static KeyRequest| {
        explicit(request).is_none() && !request.names().any(in_documents)
    };
    let mut below = Vec::new();
    if lists_keys || asked.iter().any(is_left) {
        // The later wins.
        for path in mapping.paths.iter().rev() {
            below.extend(store.below(path, ask)?);
        }
    }
    if lists_keys {
        plan.list(mapping, &documents, &below);
    }
    let mut rest = Vec::new();
    for request in asked {
        match explicit(request) {
            Some((name, reference)) => plan.explicit(request, name, reference),
            None => {
                if !plan.fill_from_documents(request, &documents) {
                    plan.fill_from_paths(request, &below);
                    rest.push(request);
                }
            }
        }
    }
    if lists_keys || !rest.is_empty() {
        // The later wins.
        let names = |prefix: &String| Ok((prefix.len(), store.names(prefix, ask)?));
        let listed = mapping.prefixes.iter().rev().map(names);
        let listed: Vec<(usize, Vec<String>)> = listed.collect::<Result<_, ProviderError>>()?;
        plan.fill_from_prefixes(store, &rest, &listed, ask)?;
    }
    Ok(plan.fetched)
}

/// What was read, by what was wanted.
fn texts(
    wanted: Vec<SecretRef>,
    read: Vec<Result<Secret, ProviderError>>,
) -> BTreeMap<SecretRef, Answer> {
    let text = |answer: Result<Secret, ProviderError>| answer.and_then(Text::of);
    wanted.into_iter().zip(read.into_iter().map(text)).collect()
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

    /// The value of a variable that has a secret of its own: its one member, where secrets are made of members.
    fn whole(
        &self,
        text: &str,
        secret: &Secret,
        request: &KeyRequest,
    ) -> Result<Zeroizing<String>, ProviderError> {
        if self.has_members {
            let document = Document::read(text)?;
            return document.whole(text, request).map_err(unusable);
        }
        match secret.is_list {
            true => list_text(text, request).map_err(unusable),
            false => Ok(Zeroizing::new(text.to_owned())),
        }
    }

    fn explicit(&mut self, request: &KeyRequest, name: &'static str, reference: &SecretRef) {
        let value = self.answer(reference).and_then(|(text, secret)| {
            let text = match reference.wanted_member() {
                None => {
                    self.whole(text, secret, request).map_err(|error| error.secret(reference))?
                }
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
        below: &[(String, Secret)],
    ) {
        let last = below.iter().map(|(id, _)| id.rsplit('/').next().unwrap_or(id));
        for name in documents.iter().flat_map(|document| document.members.names()).chain(last) {
            self.fetched.insert(variable(name), "");
        }
        for key in mapping.explicit.keys() {
            self.fetched.insert(key, "");
        }
    }

    /// A secret whose name ends in that of the variable.
    fn fill_from_paths(&mut self, request: &KeyRequest, below: &[(String, Secret)]) {
        for name in request.names() {
            let spellings = spellings(name, self.prefix);
            let mut found = below.iter().filter(|(id, _)| {
                let last = id.rsplit('/').next().unwrap_or(id);
                spellings.iter().any(|spelling| spelling == last)
            });
            let Some((id, secret)) = found.next() else { continue };
            let text = str::from_utf8(&secret.payload).map_err(|_| not_utf8());
            match text.and_then(|text| self.whole(text, secret, request)) {
                Ok(text) => {
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

    /// Secrets whose names were listed, each with the length of what they begin with: those that are called as a variable is
    /// are read.
    fn fill_from_prefixes<S: SecretStore>(
        &mut self,
        store: &S,
        requests: &[&KeyRequest],
        listed: &[(usize, Vec<String>)],
        ask: &Ask<'_>,
    ) -> Result<(), ProviderError> {
        if ask.lists_keys() {
            for (start, id) in listed.iter().flat_map(|(at, ids)| ids.iter().map(|id| (*at, id))) {
                self.fetched.insert(variable(&id[start..]), "");
            }
            return Ok(());
        }
        let mut chosen: Vec<(&KeyRequest, &'static str, SecretRef, bool)> = Vec::new();
        let names =
            requests.iter().flat_map(|request| request.names().map(move |it| (request, it)));
        for (request, name) in names {
            let spellings = spellings(name, self.prefix);
            let is_it = |id: &str, start: usize| spellings.iter().any(|name| name == &id[start..]);
            let mut found =
                listed.iter().flat_map(|(start, ids)| ids.iter().filter(|id| is_it(id, *start)));
            if let Some(id) = found.next() {
                chosen.push((request, name, SecretRef::new(id), found.any(|other| other != id)));
            }
        }
        let mut wanted: Vec<SecretRef> = chosen.iter().map(|(_, _, id, _)| id.clone()).collect();
        wanted.sort();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        let read = store.read(&wanted, ask)?;
        let answers = texts(wanted, read);
        for (request, name, id, is_overriding) in chosen {
            match answers.get(&id) {
                Some(Ok(Text { text, secret })) => match self.whole(text, secret, request) {
                    Ok(text) => {
                        let value = self.fetched.insert(name, text.as_str());
                        describe(value, secret, id.id(), None);
                        if is_overriding {
                            value.overriding();
                        }
                    }
                    Err(error) => self.fetched.fail(name, error.secret(&id)),
                },
                // It has no version yet, or was deleted after it was listed.
                Some(Err(error)) if is_gone(error) => {}
                Some(Err(error)) => self.fetched.fail(name, error.clone().secret(&id)),
                None => {
                    let error = ProviderError::of(ProviderErrorKind::Malformed);
                    self.fetched.fail(name, error.secret(&id));
                }
            }
        }
        Ok(())
    }

    /// Whether a document has the variable, if only as what cannot be used.
    fn fill_from_documents(
        &mut self,
        request: &KeyRequest,
        documents: &[OpenDocument<'_>],
    ) -> bool {
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

/// Whether the store has no such secret, or no value for it.
fn is_gone(error: &ProviderError) -> bool {
    let code = error.service_code();
    error.http_status() == Some(404)
        || matches!(code, Some("ResourceNotFoundException" | "InvalidRequestException"))
}

/// The name that the variable of a member would have.
fn variable(name: &str) -> String {
    name.replace(['-', '.'], "_").to_ascii_uppercase()
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
