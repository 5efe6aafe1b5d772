//! Literals compared with the type of a field.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

use crate::ty::Leaf;

/// A literal, with its sign.
pub(super) struct Literal<'e> {
    negative: bool,
    pub(super) lit: &'e Lit,
    pub(super) span: Span,
}

impl<'e> Literal<'e> {
    /// `None` when the expression is not a literal, so that only the compiler can say what it is.
    pub(super) fn of(expr: &'e Expr) -> Option<Self> {
        match expr {
            Expr::Lit(ExprLit { lit, .. }) => {
                Some(Literal { negative: false, lit, span: lit.span() })
            }
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr: inner, .. }) => match &**inner {
                Expr::Lit(ExprLit { lit, .. }) => {
                    Some(Literal { negative: true, lit, span: expr.span() })
                }
                _ => None,
            },
            Expr::Group(group) => Literal::of(&group.expr),
            Expr::Paren(paren) => Literal::of(&paren.expr),
            _ => None,
        }
    }

    pub(super) fn of_lit(lit: &'e Lit) -> Self {
        Literal { negative: false, lit, span: lit.span() }
    }

    pub(super) fn integer(&self) -> Option<i128> {
        let Lit::Int(int) = self.lit else { return None };
        let value = int.base10_parse::<i128>().ok()?;
        Some(if self.negative { -value } else { value })
    }

    pub(super) fn number(&self) -> Option<f64> {
        let value: f64 = match self.lit {
            Lit::Int(int) => int.base10_digits().parse().ok()?,
            Lit::Float(float) => float.base10_digits().parse().ok()?,
            _ => return None,
        };
        Some(if self.negative { -value } else { value })
    }

    /// The literal as it stands in the source.
    pub(super) fn written(&self) -> String {
        let lit = self.lit;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}", quote::quote!(#lit))
    }

    /// What is wrong with the literal as a value of that type.
    pub(super) fn mistake(&self, leaf: Leaf, name: &str) -> Option<String> {
        let written = self.written();
        let wrong_type = |expected: &str| {
            Some(format!("`{written}` is not {expected}, but the field is `{name}`"))
        };
        match (leaf, self.lit) {
            (Leaf::Other | Leaf::SecretString, _) => None,
            (Leaf::Int { min, max } | Leaf::NonZero { min, max }, Lit::Int(_)) => {
                let zero = matches!(leaf, Leaf::NonZero { .. }) && self.integer() == Some(0);
                let fits = self.integer().is_some_and(|value| {
                    value >= min && u128::try_from(value).map_or(value < 0, |value| value <= max)
                });
                // What is beyond 128 bits with a sign can only be a great u128.
                let huge = self.integer().is_none() && !self.negative && max == u128::MAX;
                (zero || !(fits || huge)).then(|| {
                    format!(
                        "`{written}` does not fit into `{name}`, which goes from {min} to {max}"
                    )
                })
            }
            (Leaf::Int { .. } | Leaf::NonZero { .. }, Lit::Str(text))
                if is_integer(&text.value()) =>
            {
                Some(format!(
                    "`{written}` is a text, but the field is `{name}`; write `{}`",
                    text.value()
                ))
            }
            (Leaf::Int { .. } | Leaf::NonZero { .. }, _) => wrong_type("an integer"),
            (Leaf::Float, Lit::Float(_))
            | (Leaf::Bool, Lit::Bool(_))
            | (Leaf::Char, Lit::Char(_)) => None,
            (Leaf::Float, Lit::Int(_)) => Some(format!(
                "`{written}` is an integer, but the field is `{name}`; write `{written}.0`"
            )),
            (Leaf::Float, _) => wrong_type("a floating-point number"),
            (Leaf::Bool, _) => wrong_type("`true` or `false`"),
            (Leaf::Char, _) => wrong_type("a character such as 'x'"),
            (Leaf::Text { .. }, Lit::Str(_)) => None,
            (Leaf::Text { .. }, _) => wrong_type("a text such as \"abc\""),
            (Leaf::Parsed(parsed), Lit::Str(text)) => {
                let expected = parsed.mistake(&text.value())?;
                wrong_type(expected)
            }
            (Leaf::Parsed(_), _) => wrong_type("a text"),
        }
    }
}

fn is_integer(text: &str) -> bool {
    text.parse::<i128>().is_ok()
}
