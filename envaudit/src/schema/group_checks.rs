//! What can only be checked once a struct and those nested in it are put together: the derive emits one constant a group,
//! so that a mistake is an error at the field that holds it.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use envaudit_redact::completes_secret;

use super::const_text::{self, Message};
use super::table::{Name, Table, measure_below};
use super::{Member, Schema};
use crate::sources::Source;

/// Fails when a name of the `member`-th member, a group, is also a name of another one. Of two groups the later fails.
/// What collides within a nested struct is reported where that struct is declared, unless a full `key` only meets the
/// other name after this prefix.
#[track_caller]
pub const fn check_group(table: &Table, member: usize) {
    let (first, end) = names_of_member(table.schema, member);
    let mut at = 1;
    while at < table.order.len() {
        let (one, two) = (table.order[at - 1] as usize, table.order[at] as usize);
        let (early, late) = if one < two { (one, two) } else { (two, one) };
        let (a, b) = (table.names[early], table.names[late]);
        let early_is_inside = first <= early && early < end;
        let late_is_inside = first <= late && late < end;
        let is_ours = match (early_is_inside, late_is_inside) {
            (false, false) => false,
            (false, true) => true,
            (true, true) => a.exact != b.exact,
            (true, false) => is_field(table.schema, late),
        };
        if is_ours && const_text::equal(a.text.as_bytes(), b.text.as_bytes()) {
            duplicate(table.schema, (early, &a), (late, &b));
        }
        at += 1;
    }
}

/// Fails when the `member`-th member, a group, has a default that the outer struct's `sources` forbid.
#[track_caller]
pub const fn check_defaults(table: &Table, member: usize) {
    let (Member::Group(group), Some(sources)) =
        (&table.schema.members[member], table.schema.sources)
    else {
        return;
    };
    if sources.contains(Source::SchemaDefault) {
        return;
    }
    if let Some(field) = inheriting_default(group.schema) {
        let message = Message::new()
            .push("the default of `")
            .push(field)
            .push("` may not be used: the `sources` of `")
            .push(table.schema.name)
            .push("` do not have `SchemaDefault`; add it to them, or give the field `sources` of its own");
        panic!("{}", message.as_str())
    }
}

/// A field that has a default, and its sources from the struct around.
const fn inheriting_default(schema: &Schema) -> Option<&'static str> {
    if schema.sources.is_some() {
        return None;
    }
    let mut at = 0;
    while at < schema.members.len() {
        let found = match &schema.members[at] {
            Member::Field(field) if field.default.is_some() && field.sources.is_none() => {
                Some(field.field)
            }
            Member::Field(_) => None,
            Member::Group(group) => inheriting_default(group.schema),
        };
        if found.is_some() {
            return found;
        }
        at += 1;
    }
    None
}

/// Fails when the prefix of the `member`-th member, a group, makes the name of a secret of a field that shows its value. The
/// nested struct cannot know; what is a secret's name without the prefix is reported where that struct is declared.
#[track_caller]
pub const fn check_names(table: &Table, member: usize) {
    let Member::Group(group) = &table.schema.members[member] else { return };
    let prefix = group.own_prefix().len()
        + match table.schema.prefix {
            Some(prefix) => prefix.len(),
            None => 0,
        };
    let (mut at, end) = names_of_member(table.schema, member);
    while at < end {
        let name = table.names[at];
        let field = table.leaves[name.leaf as usize].field;
        let is_shown = !field.secret && !field.public && field.shape.could_hold_secret();
        if is_shown && !name.exact && completes_secret(name.text, prefix) {
            let message = Message::new().push("behind this prefix, `");
            let message = push_path(message, table.schema, at)
                .push("` is named like a secret, `")
                .push(name.text)
                .push("`, and its type `")
                .push(field.ty)
                .push("` shows its value; use a secret type there, mask it with `#[env(secret)]`, say `#[env(public)]` if it \
                       is none, or give the group another `prefix`");
            panic!("{}", message.as_str())
        }
        at += 1;
    }
}

/// Fails when the type of a field that has a default turns out to be an alias of one that cannot have it.
#[track_caller]
pub const fn check_default(optional: bool, secret: bool) {
    assert!(
        !optional,
        "an `Option` is `None` when nothing supplies it; remove the default, or the `Option`"
    );
    assert!(!secret, "a default in the program would make the secret public; remove the default");
}

/// From the first name to the one after the last.
const fn names_of_member(schema: &Schema, member: usize) -> (usize, usize) {
    let (mut first, mut at) = (0, 0);
    while at < member {
        first += count_names(&schema.members[at]);
        at += 1;
    }
    (first, first + count_names(&schema.members[member]))
}

const fn count_names(member: &Member) -> usize {
    match member {
        Member::Field(field) => 1 + field.aliases.len(),
        Member::Group(group) => measure_below(group.schema, 0).names,
    }
}

/// The member that has a name, and the position of the name among those of the member.
const fn owner(schema: &Schema, mut name: usize) -> (&Member, usize) {
    let mut at = 0;
    loop {
        let member = &schema.members[at];
        let count = count_names(member);
        if name < count {
            return (member, name);
        }
        name -= count;
        at += 1;
    }
}

const fn is_field(schema: &Schema, name: usize) -> bool {
    matches!(owner(schema, name), (Member::Field(_), _))
}

#[track_caller]
const fn duplicate(schema: &Schema, (one, name): (usize, &Name), (two, _): (usize, &Name)) -> ! {
    let message = Message::new()
        .push("two fields of `")
        .push(schema.name)
        .push("` read the variable `")
        .push(name.text)
        .push("`: `");
    let message = push_path(message, schema, one).push("` and `");
    let message = push_path(message, schema, two)
        .push("`; give one of them another `key`, `rename`, `alias` or `prefix`");
    panic!("{}", message.as_str())
}

/// Appends the way to a field, such as `db.host`.
const fn push_path(message: Message, schema: &Schema, name: usize) -> Message {
    match owner(schema, name) {
        (Member::Field(field), _) => message.push(field.field),
        (Member::Group(group), name) => {
            push_path(message.push(group.field).push("."), group.schema, name)
        }
    }
}
