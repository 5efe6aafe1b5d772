//! A struct of one field, to ask what one type makes of one text.

/// Reads a text as a type, with attributes in brackets before it: `read_as!([range(1..=9)] u8, "10")`.
///
/// Gives `Result<T, Problem>`.
#[macro_export]
macro_rules! read_as {
    ([$($attr:tt)*] $ty:ty, $text:expr) => {
        $crate::load_one!([$($attr)*] $ty, $crate::isolated::vars::<One>([("VALUE", $text)]))
    };
    ($ty:ty, $text:expr) => {
        $crate::load_one!([] $ty, $crate::isolated::vars::<One>([("VALUE", $text)]))
    };
}

/// The value of a field that no source has: `absent!([default = 80] u16)`.
///
/// Gives `Result<T, Problem>`.
#[macro_export]
macro_rules! absent {
    ([$($attr:tt)*] $ty:ty) => {
        $crate::load_one!([$($attr)*] $ty, $crate::isolated::nothing::<One>())
    };
    ($ty:ty) => {
        $crate::load_one!([] $ty, $crate::isolated::nothing::<One>())
    };
}

/// What [`read_as!`] and [`absent!`] have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! load_one {
    ([$($attr:tt)*] $ty:ty, $loader:expr) => {{
        #[derive(envaudit::EnvConfig)]
        struct One {
            #[env($($attr)*)]
            value: $ty,
        }
        match $loader.load() {
            Ok(loaded) => Ok(loaded.into_parts().0.value),
            result => Err($crate::problems::only(&result).clone()),
        }
    }};
}
