//! Words that other crates use for what is said in another way here: the answer names that way.

use super::Place;

/// What to write instead of a word that serde, clap, envconfig, figment, config and their like know.
pub(super) fn advice(word: &str, on: Place) -> Option<&'static str> {
    let table = match on {
        Place::Struct => STRUCT,
        Place::Field => FIELD,
        Place::Enum => ENUM,
        Place::Variant => VARIANT,
    };
    let found = table.iter().chain(ANYWHERE).find(|(words, _)| words.contains(&word));
    found.map(|(_, advice)| *advice)
}

type Advice = (&'static [&'static str], &'static str);

const ANYWHERE: &[Advice] = &[(
    &[
        "description",
        "desc",
        "doc",
        "docs",
        "help",
        "long_help",
        "about",
        "long_about",
        "comment",
        "note",
        "verbatim_doc_comment",
    ],
    "write a doc comment, `/// …`, above it: error messages, templates and schemas show it",
)];

const STRUCT: &[Advice] = &[
    (
        &[
            "rename_all",
            "rename_all_fields",
            "case",
            "uppercase",
            "lowercase",
            "screaming_snake_case",
        ],
        "names are those of the fields in SCREAMING_SNAKE_CASE; `rename = \"NAME\"` on a field changes one",
    ),
    (
        &["env_prefix", "name", "namespace", "root", "scope", "app_name"],
        "write `prefix = \"APP_\"`",
    ),
    (
        &[
            "split",
            "separator",
            "delimiter",
            "env_separator",
            "env_split",
            "nested_delimiter",
            "env_nested_delimiter",
            "prefix_separator",
        ],
        "names are joined as they are; write the separator into the prefix: `nested, prefix = \"DB__\"` on the field",
    ),
    (
        &["deny_unknown_fields", "deny_unknown", "strict", "forbid_unknown"],
        "the loader refuses unknown variables: `AppConfig::loader().deny_unknown(true)`",
    ),
    (
        &["file", "files", "path", "dotenv", "env_file", "config_file", "dir"],
        "the loader says which files are read: `AppConfig::loader().dotenv(path)`",
    ),
    (
        &["ignore_case", "case_insensitive"],
        "names of variables are read as they are written; `alias = \"name\"` on a field reads another one",
    ),
    (&["validator", "validate_with", "check", "assert", "rule"], "write `validate = path`"),
    (
        &["try_from", "from", "into"],
        "a struct is read field by field; `validate = path` checks the whole of it",
    ),
    (&["krate", "crate_path", "crate_name"], "write `crate = \"path\"`"),
    (
        &["optional", "required"],
        "it is said of each field: one of type `Option` may be missing, as may one with a `default`",
    ),
    (
        &["tag", "untagged", "content", "transparent"],
        "a struct is read from one variable a field; `nested` on a field reads a struct within it",
    ),
    (
        &["version", "author", "command", "next_help_heading", "propagate_version"],
        "the command line is not read; `prefix`, `sources`, `validate` and `audit` are what a struct has",
    ),
];

const FIELD: &[Advice] = &[
    (
        &["optional", "option", "nullable"],
        "make the type an `Option`: it is `None` when the variable is not set",
    ),
    (
        &["required", "mandatory", "require"],
        "a field is required unless it is an `Option` or has a `default`; remove the word",
    ),
    (
        &["min", "max", "minimum", "maximum", "ge", "gt", "le", "lt", "between", "bounds"],
        "write `range(1..=10)`; either end can be left out, as in `range(1..)`",
    ),
    (
        &[
            "min_length",
            "max_length",
            "min_len",
            "max_len",
            "length",
            "size",
            "min_items",
            "max_items",
        ],
        "write `len(1..=10)`; either end can be left out, as in `len(1..)`",
    ),
    (
        &[
            "regex",
            "pattern",
            "matches",
            "email",
            "url",
            "ip",
            "contains",
            "custom",
            "check",
            "assert",
            "validator",
        ],
        "write `validate = path` with a function `fn(&T) -> Result<(), E>`",
    ),
    (
        &[
            "split",
            "delimiter",
            "value_delimiter",
            "list_delimiter",
            "env_delimiter",
            "list",
            "delim",
        ],
        "write `sep = \";\"`: elements are separated by `,` without it",
    ),
    (
        &["map_separator", "key_value_separator", "kv_delimiter", "kv_separator"],
        "write `kv_sep = \":\"`: keys and values are separated by `=` without it",
    ),
    (
        &[
            "env", "var", "variable", "env_var", "env_name", "name", "id", "from", "from_env",
            "env_key",
        ],
        "write `key = \"NAME\"` for the whole name of the variable, or `rename = \"NAME\"` for what follows the prefix",
    ),
    (
        &["rename_all", "case", "uppercase", "lowercase"],
        "a field's name is in SCREAMING_SNAKE_CASE; `rename = \"NAME\"` changes it",
    ),
    (
        &[
            "aliases",
            "visible_alias",
            "visible_aliases",
            "aka",
            "also",
            "names",
            "env_aliases",
            "or_env",
        ],
        "write `alias = \"OLD\"`, once for each name; `alias_key = \"OLD\"` for a name without the prefix",
    ),
    (
        &["old", "old_name", "former", "formerly", "renamed_from", "deprecated_name", "obsolete"],
        "write `deprecated_alias = \"OLD\"`: the old name works and warns",
    ),
    (
        &[
            "default_value",
            "default_value_t",
            "default_values",
            "default_str",
            "default_with",
            "default_fn",
            "default_missing_value",
            "default_code",
            "or",
            "otherwise",
            "fallback",
            "value",
            "init",
        ],
        "write `default = …` with any expression of the type, or a text as the variable would have it",
    ),
    (
        &[
            "value_parser",
            "with",
            "deserialize_with",
            "parse",
            "parser",
            "parse_fn",
            "try_from",
            "try_from_str",
            "from_str_with",
            "parse_env",
            "convert",
            "map",
            "hex",
            "base64",
        ],
        "write `parse_with = path` with a function `fn(&str) -> Result<T, E>`",
    ),
    (
        &[
            "value_enum",
            "arg_enum",
            "possible_values",
            "choices",
            "allowed",
            "values",
            "one_of_values",
        ],
        "write `one_of(\"a\", \"b\")`, or derive `EnvValue` for an enum",
    ),
    (
        &["serde", "deserialize", "serde_json", "as_json"],
        "write `json` to read the value as JSON by the type's `Deserialize`",
    ),
    (
        &[
            "sensitive",
            "secure",
            "hidden",
            "masked",
            "mask",
            "redact",
            "redacted",
            "confidential",
            "private",
            "password",
            "hide_env_values",
            "hide_default_value",
            "no_log",
        ],
        "write `secret`: the value is masked and shown in no message",
    ),
    (
        &["not_secret", "insecure", "plain", "unmasked", "visible"],
        "write `public`: a name that looks like a secret's is none then",
    ),
    (
        &[
            "nest",
            "subconfig",
            "sub",
            "sub_config",
            "group",
            "section",
            "inner",
            "config",
            "delegate",
            "subcommand",
            "command",
        ],
        "write `nested` for a struct that derives `EnvConfig`; `flatten` leaves the field's name out of the keys",
    ),
    (
        &[
            "ignore",
            "ignored",
            "skip_deserializing",
            "skip_parsing",
            "skip_env",
            "exclude",
            "no_env",
        ],
        "write `skip`: the field takes its `default`, or `Default::default()`",
    ),
    (
        &["skip_serializing", "skip_serializing_if", "serialize_with"],
        "nothing is serialised here; remove the word",
    ),
    (
        &["not_empty", "nonempty", "no_empty", "notempty", "not_blank", "deny_empty"],
        "write `non_empty`",
    ),
    (&["strip", "trimmed", "trim_whitespace", "strip_whitespace"], "write `trim`"),
    (
        &[
            "long",
            "short",
            "arg",
            "flag",
            "action",
            "num_args",
            "value_name",
            "global",
            "index",
            "last",
            "positional",
        ],
        "the command line is not read; the variable is named by `key` or `rename`",
    ),
    (
        &[
            "requires",
            "required_if",
            "required_unless",
            "conflicts_with",
            "exclusive",
            "required_if_eq",
            "required_with",
        ],
        "rules about several fields are for `validate = path` on the struct; an `Option` of a `nested` struct is all or nothing",
    ),
    (
        &["file", "from_file", "read_file", "file_env"],
        "remove the word: `NAME_FILE` can name a file with the value for every variable",
    ),
    (
        &["type", "ty", "format", "as"],
        "the field's type says how the value is read; `from_str`, `json` and `parse_with` change that",
    ),
    (
        &["tag", "untagged", "transparent", "content", "borrow"],
        "a field is read from one variable; `json` reads a type by its `Deserialize`",
    ),
    (
        &["deny_unknown_fields", "deny_unknown", "strict"],
        "the loader refuses unknown variables: `AppConfig::loader().deny_unknown(true)`",
    ),
    (&["env_prefix"], "write `prefix = \"DB_\"` beside `nested`, or on the struct"),
    (&["examples", "sample", "placeholder"], "write `example = \"…\"`"),
];

const ENUM: &[Advice] = &[
    (
        &[
            "rename_all",
            "serialize_all",
            "case",
            "ignore_case",
            "case_insensitive",
            "ascii_case_insensitive",
            "uppercase",
            "lowercase",
            "rename_all_fields",
        ],
        "a variant's word is its name in snake_case, and neither case nor `-` for `_` matters; `rename = \"word\"` on a variant changes it",
    ),
    (
        &["untagged", "content", "tag"],
        "a variant is one word, without data; `json` on the field reads an enum with data",
    ),
    (
        &["default"],
        "a default belongs on the field that has this type: `#[env(default = Level::Info)]`",
    ),
    (
        &["prefix", "sources", "validate", "audit"],
        "an enum is the value of one field, which has such attributes",
    ),
];

const VARIANT: &[Advice] = &[
    (
        &["serialize", "to_string", "value", "name", "text", "word", "key", "id", "from", "string"],
        "write `rename = \"word\"`",
    ),
    (
        &["aliases", "visible_alias", "visible_aliases", "also", "aka"],
        "write `alias = \"word\"`, once for each word",
    ),
    (
        &["default", "other", "fallback"],
        "a default belongs on the field that has this type: `#[env(default = Level::Info)]`",
    ),
    (
        &["skip", "skip_deserializing", "hide", "hidden", "disabled", "ignore"],
        "every variant has a word; `one_of(\"a\", \"b\")` on the field allows some of them",
    ),
    (
        &["rename_all", "case", "ignore_case", "case_insensitive"],
        "neither case nor `-` for `_` matters; `rename = \"word\"` changes the word",
    ),
    (
        &["deprecated", "deprecated_alias"],
        "a variable can be deprecated, a word cannot; `alias = \"word\"` keeps an old word",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::Place;

    #[test]
    fn no_word_is_an_attribute_or_has_two_answers() {
        let tables = [
            (Place::Struct, STRUCT),
            (Place::Field, FIELD),
            (Place::Enum, ENUM),
            (Place::Variant, VARIANT),
        ];
        for (place, table) in tables {
            let mut seen = Vec::new();
            for word in table.iter().chain(ANYWHERE).flat_map(|(words, _)| *words) {
                assert!(!place.names().contains(word), "`{word}` is an attribute");
                assert!(place.other_place(word).is_none(), "`{word}` belongs elsewhere");
                assert!(!seen.contains(word), "`{word}` has two answers");
                seen.push(*word);
            }
        }
    }
}
