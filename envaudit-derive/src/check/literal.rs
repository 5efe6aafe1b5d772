//! Literals compared with the type of a field.

use std::cmp::Ordering;

use proc_macro2::{Literal as Token, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, UnOp};

use crate::ty::Leaf;

/// A literal, with its sign.
pub(super) struct Literal {
    negative: bool,
    pub(super) lit: Lit,
    /// Where it is written.
    pub(super) tokens: TokenStream,
}

/// What a literal of a number stands for.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer { negative: bool, magnitude: u128 },
    Float(f64),
}

impl Number {
    fn as_float(self) -> f64 {
        match self {
            Number::Integer { negative: true, magnitude } => -(magnitude as f64),
            Number::Integer { negative: false, magnitude } => magnitude as f64,
            Number::Float(value) => value,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        // Integers are not compared as floats: two great ones may be the same float.
        match (*self, *other) {
            (
                Number::Integer { negative, magnitude },
                Number::Integer { negative: other_negative, magnitude: other_magnitude },
            ) => Some(match (negative, other_negative) {
                (false, false) => magnitude.cmp(&other_magnitude),
                (true, true) => other_magnitude.cmp(&magnitude),
                (negative, _) => {
                    if negative {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
            }),
            (one, other) => one.as_float().partial_cmp(&other.as_float()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl Literal {
    /// `None` when the expression is not a literal, so that only the compiler can say what it is.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Lit(ExprLit { lit, .. }) => Some(Literal::of_lit(lit)),
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr: inner, .. }) => match &**inner {
                Expr::Lit(ExprLit { lit, .. }) => Some(Literal {
                    negative: true,
                    lit: lit.clone(),
                    tokens: expr.to_token_stream(),
                }),
                _ => None,
            },
            Expr::Group(group) => Literal::of(&group.expr),
            Expr::Paren(paren) => Literal::of(&paren.expr),
            _ => None,
        }
    }

    /// `Lit` holds the sign of a negative number itself.
    pub(super) fn of_lit(lit: &Lit) -> Self {
        Literal { negative: false, lit: lit.clone(), tokens: lit.to_token_stream() }
    }

    /// The value that a part of a text stands for, or what was expected in its place.
    pub(super) fn of_text(
        leaf: Leaf,
        text: &str,
        tokens: &TokenStream,
    ) -> Result<Self, &'static str> {
        let mut negative = false;
        let lit = match leaf {
            Leaf::Int { .. } | Leaf::NonZero { .. } => {
                let signed = text.parse::<i128>();
                negative = signed.as_ref().is_ok_and(|value| *value < 0);
                let value = signed.map(i128::unsigned_abs).or_else(|_| text.parse::<u128>());
                Lit::new(Token::u128_unsuffixed(value.map_err(|_| "an integer")?))
            }
            Leaf::Float => {
                let value: f64 = text.parse().map_err(|_| "a number")?;
                negative = value < 0.0;
                match value.is_finite() {
                    true => Lit::new(Token::f64_unsuffixed(value.abs())),
                    false => Lit::new(Token::string(text)),
                }
            }
            Leaf::Bool if !is_bool(text) => return Err("`true` or `false`"),
            Leaf::Char if text.chars().count() != 1 => return Err("one character"),
            Leaf::Parsed(parsed) => match parsed.mistake(text) {
                Some(expected) => return Err(expected),
                None => Lit::new(Token::string(text)),
            },
            _ => Lit::new(Token::string(text)),
        };
        Ok(Literal { negative, lit, tokens: tokens.clone() })
    }

    /// The distance from zero.
    fn magnitude(&self) -> Option<u128> {
        let Lit::Int(int) = &self.lit else { return None };
        int.base10_digits().trim_start_matches('-').parse().ok()
    }

    fn is_negative(&self) -> bool {
        let digits = match &self.lit {
            Lit::Int(int) => int.base10_digits(),
            Lit::Float(float) => float.base10_digits(),
            _ => "",
        };
        self.negative != digits.starts_with('-')
    }

    pub(super) fn is_zero(&self) -> bool {
        self.magnitude() == Some(0)
    }

    pub(super) fn number(&self) -> Option<Number> {
        let value: f64 = match &self.lit {
            Lit::Int(_) => {
                let (negative, magnitude) = (self.is_negative(), self.magnitude()?);
                return Some(Number::Integer { negative: negative && magnitude > 0, magnitude });
            }
            Lit::Byte(byte) => {
                return Some(Number::Integer { negative: false, magnitude: byte.value().into() });
            }
            Lit::Float(float) => float.base10_digits().parse().ok()?,
            _ => return None,
        };
        Some(Number::Float(if self.negative { -value } else { value }))
    }

    /// The literal as it is written in the source.
    pub(super) fn written(&self) -> String {
        let lit = &self.lit;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}", quote!(#lit))
    }

    /// What is wrong with the literal as a value of that type.
    pub(super) fn mistake(&self, leaf: Leaf, name: &str) -> Option<String> {
        let written = self.written();
        let wrong_type = |expected: &str| {
            Some(format!("`{written}` is not {expected}, but the field is `{name}`"))
        };
        let other_suffix = |suffix: &str| {
            Some(format!(
                "`{written}` is a `{suffix}`, but the field is `{name}`; remove the suffix"
            ))
        };
        match (leaf, &self.lit) {
            (Leaf::Other | Leaf::SecretString, _) => None,
            (Leaf::Int { .. } | Leaf::NonZero { .. }, Lit::Int(int))
                if !int.suffix().is_empty()
                    && !name.to_lowercase().replace("nonzero", "").contains(int.suffix()) =>
            {
                other_suffix(int.suffix())
            }
            (Leaf::Int { min, max } | Leaf::NonZero { min, max }, Lit::Int(_)) => {
                let is_zero = matches!(leaf, Leaf::NonZero { .. }) && self.is_zero();
                let fits = self.magnitude().is_some_and(|magnitude| match self.is_negative() {
                    true => min < 0 && magnitude <= min.unsigned_abs(),
                    false => magnitude <= max,
                });
                (is_zero || !fits).then(|| {
                    format!(
                        "`{written}` does not fit into `{name}`, which goes from {min} to {max}"
                    )
                })
            }
            (Leaf::Int { .. } | Leaf::NonZero { .. }, Lit::Str(text)) if is_number(text) => {
                let value = text.value();
                Some(format!("`{written}` is a text, but the field is `{name}`; write `{value}`"))
            }
            (Leaf::Int { .. }, Lit::Byte(_)) if name == "u8" => None,
            (Leaf::Int { .. } | Leaf::NonZero { .. }, _) => wrong_type("an integer"),
            (Leaf::Float, Lit::Float(float))
                if !float.suffix().is_empty() && float.suffix() != name =>
            {
                other_suffix(float.suffix())
            }
            (Leaf::Float, Lit::Float(_))
            | (Leaf::Bool, Lit::Bool(_))
            | (Leaf::Char, Lit::Char(_)) => None,
            (Leaf::Float, Lit::Int(int)) if int.suffix() == name => None,
            (Leaf::Float, Lit::Int(_)) => Some(format!(
                "`{written}` is an integer, but the field is `{name}`; write `{written}.0`"
            )),
            (Leaf::Float, Lit::Str(text)) if is_number(text) => {
                let value = text.value();
                Some(format!("`{written}` is a text, but the field is `{name}`; write `{value}`"))
            }
            (Leaf::Float, _) => wrong_type("a floating-point number"),
            (Leaf::Bool, _) => wrong_type("`true` or `false`"),
            (Leaf::Char, _) => wrong_type("a character such as 'x'"),
            (Leaf::Text(_), Lit::Str(_)) => None,
            (Leaf::Text(_), _) => wrong_type("a text such as \"abc\""),
            (Leaf::Parsed(parsed), Lit::Str(text)) => {
                let expected = parsed.mistake(&text.value())?;
                wrong_type(expected)
            }
            (Leaf::Parsed(parsed), _) => wrong_type(parsed.example()),
        }
    }
}

fn is_number(text: &LitStr) -> bool {
    text.value().parse::<f64>().is_ok()
}

/// As the library reads it.
fn is_bool(text: &str) -> bool {
    let words = ["true", "false", "1", "0", "yes", "no", "on", "off"];
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}
