//! Programs that are known to take a password after a one-letter option.

use super::words::{Part, Word};

/// An option with a password, of some programs.
struct PasswordOption {
    /// Programs, by the last part of their path.
    programs: &'static [&'static str],
    position: OptionPosition,
    letter: char,
    /// Where the value may be: in the same word, in the next one, or both.
    forms: Forms,
}

/// Where the option may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OptionPosition {
    Anywhere,
    /// After the subcommand `login`.
    Login,
    /// Among the first options: what follows is another command.
    First,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Forms {
    Attached,
    Next,
    Both,
}

const PASSWORD_OPTIONS: [PasswordOption; 9] = [
    PasswordOption {
        // After a blank comes the name of a database.
        programs: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlpump",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "7z",
            "7za",
            "7zz",
        ],
        position: OptionPosition::Anywhere,
        letter: 'p',
        forms: Forms::Attached,
    },
    PasswordOption {
        programs: &["sshpass"],
        position: OptionPosition::First,
        letter: 'p',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"],
        position: OptionPosition::Anywhere,
        letter: 'p',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["redis-cli"],
        position: OptionPosition::Anywhere,
        letter: 'a',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["docker", "podman", "nerdctl", "skopeo", "buildah", "helm", "az", "oc"],
        position: OptionPosition::Login,
        letter: 'p',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["sqlcmd", "bcp", "ipmitool"],
        position: OptionPosition::Anywhere,
        letter: 'P',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["zip", "unzip"],
        position: OptionPosition::Anywhere,
        letter: 'P',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami"],
        position: OptionPosition::Anywhere,
        letter: 'w',
        forms: Forms::Both,
    },
    PasswordOption {
        programs: &["rabbitmqadmin"],
        position: OptionPosition::Anywhere,
        letter: 'p',
        forms: Forms::Next,
    },
];

/// Programs that take `user:password`, and the options that have it.
const USERS: [&str; 2] = ["curl", "curlie"];
const USER_OPTIONS: [&str; 2] = ["--user", "--proxy-user"];
const USER_LETTERS: [char; 2] = ['u', 'U'];

/// Programs that take `user/password@place` as a separate word.
const LOGONS: [&str; 5] = ["sqlplus", "sqlldr", "expdp", "impdp", "rman"];

/// Words before `login` that are not another subcommand.
const GROUPS: [&str; 2] = ["registry", "acr"];

/// Whether a text may name a program that has a password in no option: the fronts of their names are in it.
pub(super) fn may_log_on(text: &str) -> bool {
    let is_front = |front: &[u8]| matches!(front, b"sqlp" | b"sqll" | b"expd" | b"impd" | b"rman");
    memchr::memchr(b'/', text.as_bytes()).is_some() && text.as_bytes().windows(4).any(is_front)
}

/// A program that is known, and where in its arguments one is.
pub(super) struct Running {
    kind: Kind,
    /// Whether options alone were seen.
    only_options: bool,
    login: Login,
    /// Whether the last word was an option, so that the next may be its value.
    is_behind_option: bool,
    has_logged_on: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    PasswordOption(&'static PasswordOption),
    User,
    Logon,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    MayCome,
    Is,
    IsNot,
}

impl Running {
    /// The program of this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let is_among =
            |programs: &[&str]| programs.iter().any(|program| program.eq_ignore_ascii_case(name));
        let kind = if is_among(&USERS) {
            Kind::User
        } else if is_among(&LOGONS) {
            Kind::Logon
        } else {
            Kind::PasswordOption(PASSWORD_OPTIONS.iter().find(|known| is_among(known.programs))?)
        };
        Some(Running {
            kind,
            only_options: true,
            login: Login::MayCome,
            is_behind_option: false,
            has_logged_on: false,
        })
    }

    /// Notes an argument.
    pub(super) fn pass(&mut self, word: &str) {
        let is_option = word.starts_with('-');
        self.only_options &= is_option;
        if !is_option && self.login == Login::MayCome {
            if word == "login" {
                self.login = Login::Is;
            } else if !self.is_behind_option && !GROUPS.contains(&word) {
                self.login = Login::IsNot;
            }
        }
        self.is_behind_option = is_option && !word.contains('=');
        self.has_logged_on |= !is_option && word.contains('/');
    }

    /// The password in this word, or in the next.
    pub(super) fn password<'t>(
        &self,
        word: &Word<'t>,
        next: Option<&Word<'t>>,
    ) -> Option<Part<'t>> {
        match self.kind {
            Kind::User => user(word, next)?.behind_colon(),
            Kind::Logon if word.text.starts_with('-') => None,
            Kind::Logon => word.whole().behind_slash(self.has_logged_on),
            Kind::PasswordOption(known) if self.admits(known.position) => {
                known.password(word, next)
            }
            Kind::PasswordOption(_) => None,
        }
    }

    fn admits(&self, position: OptionPosition) -> bool {
        match position {
            OptionPosition::Anywhere => true,
            OptionPosition::Login => self.login == Login::Is,
            OptionPosition::First => self.only_options,
        }
    }
}

impl PasswordOption {
    fn password<'t>(&self, word: &Word<'t>, next: Option<&Word<'t>>) -> Option<Part<'t>> {
        let rest = word.text.strip_prefix('-')?.strip_prefix(self.letter)?;
        match (rest.is_empty(), self.forms) {
            (true, Forms::Next | Forms::Both) => next.map(Word::whole),
            (false, Forms::Attached | Forms::Both) => {
                Some(word.from(2 + usize::from(rest.starts_with('='))))
            }
            _ => None,
        }
    }
}

/// The value of `-u`, also at the end of other letters, or in the same word.
fn user<'t>(word: &Word<'t>, next: Option<&Word<'t>>) -> Option<Part<'t>> {
    if let Some(option) = USER_OPTIONS.iter().find(|option| word.text.starts_with(**option)) {
        return match word.text.as_bytes().get(option.len()) {
            None => next.map(Word::whole),
            Some(b'=') => Some(word.from(option.len() + 1)),
            Some(_) => None,
        };
    }
    let letters = word.text.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
    match letters.strip_prefix(USER_LETTERS) {
        Some(rest) if !rest.is_empty() => Some(word.from(2)),
        _ if letters.ends_with(USER_LETTERS) => next.map(Word::whole),
        _ => None,
    }
}
