//! `#[env(…)]` on a field.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Expr, ExprPath, ExprRange, Lit, LitStr, RangeLimits, Result, Token};

use super::{Argument, Place, Set, Value, arguments, ungrouped};
use crate::diagnostics::Errors;

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) key: Set<LitStr>,
    pub(crate) rename: Set<LitStr>,
    /// In the order in which they are written, which is the order in which they are tried.
    pub(crate) aliases: Vec<Alias>,
    /// Without an expression it is `Default::default()`.
    pub(crate) default: Set<Option<Expr>>,
    pub(crate) sources: Set<Vec<Ident>>,
    pub(crate) secret: Set<()>,
    pub(crate) public: Set<()>,
    pub(crate) nested: Set<()>,
    pub(crate) flatten: Set<()>,
    pub(crate) prefix: Set<LitStr>,
    pub(crate) sep: Set<LitStr>,
    pub(crate) kv_sep: Set<LitStr>,
    pub(crate) trim: Set<()>,
    pub(crate) parse_with: Set<ExprPath>,
    pub(crate) json: Set<()>,
    pub(crate) from_str: Set<()>,
    pub(crate) range: Set<Limits>,
    pub(crate) one_of: Set<OneOf>,
    pub(crate) non_empty: Set<()>,
    pub(crate) len: Set<Limits>,
    pub(crate) validate: Set<ExprPath>,
    pub(crate) deprecated: Set<LitStr>,
    pub(crate) example: Set<LitStr>,
    pub(crate) skip: Set<()>,
}

/// A further name of the variable.
pub(crate) struct Alias {
    /// The word before the name, such as `alias_key`.
    pub(crate) attribute: Ident,
    pub(crate) text: LitStr,
    /// Whether it is the whole key, whatever the prefix.
    pub(crate) exact: bool,
    /// Whether a load that finds it warns.
    pub(crate) deprecated: bool,
}

/// `a..=b`, with either end left out.
#[derive(Clone)]
pub(crate) struct Limits {
    pub(crate) range: ExprRange,
    pub(crate) inclusive: bool,
}

/// The values of `one_of`.
#[derive(Clone)]
pub(crate) struct OneOf(pub(crate) Vec<Lit>);

impl FieldAttrs {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = FieldAttrs::default();
        for argument in arguments(attributes, errors) {
            attrs.take(&argument, errors);
        }
        attrs
    }

    fn take(&mut self, argument: &Argument, errors: &mut Errors) {
        match argument.name.to_string().as_str() {
            "key" => argument.set(&mut self.key, argument.text(), errors),
            "rename" => argument.set(&mut self.rename, argument.text(), errors),
            "alias" => self.alias(argument, false, false, errors),
            "alias_key" => self.alias(argument, true, false, errors),
            "deprecated_alias" => self.alias(argument, false, true, errors),
            "deprecated_alias_key" => self.alias(argument, true, true, errors),
            "default" => argument.set(&mut self.default, argument.default(), errors),
            "sources" => argument.set(&mut self.sources, argument.sources(), errors),
            "secret" => argument.set(&mut self.secret, argument.flag(), errors),
            "public" => argument.set(&mut self.public, argument.flag(), errors),
            "nested" => argument.set(&mut self.nested, argument.flag(), errors),
            "flatten" => argument.set(&mut self.flatten, argument.flag(), errors),
            "prefix" => argument.set(&mut self.prefix, argument.text(), errors),
            "sep" => argument.set(&mut self.sep, argument.separator(), errors),
            "kv_sep" => argument.set(&mut self.kv_sep, argument.separator(), errors),
            "trim" => argument.set(&mut self.trim, argument.flag(), errors),
            "parse_with" => argument.set(&mut self.parse_with, argument.path(), errors),
            "json" => argument.set(&mut self.json, argument.flag(), errors),
            "from_str" => argument.set(&mut self.from_str, argument.flag(), errors),
            "range" => argument.set(&mut self.range, argument.limits(), errors),
            "one_of" => argument.set(&mut self.one_of, argument.one_of(), errors),
            "non_empty" => argument.set(&mut self.non_empty, argument.flag(), errors),
            "len" => argument.set(&mut self.len, argument.limits(), errors),
            "validate" => argument.set(&mut self.validate, argument.path(), errors),
            "deprecated" => argument.set(&mut self.deprecated, argument.text(), errors),
            "example" => argument.set(&mut self.example, argument.text(), errors),
            "skip" => argument.set(&mut self.skip, argument.flag(), errors),
            _ => errors.push(argument.unknown(Place::Field)),
        }
    }
}

impl FieldAttrs {
    fn alias(&mut self, argument: &Argument, exact: bool, deprecated: bool, errors: &mut Errors) {
        let value = errors.keep(argument.text());
        let attribute = argument.name.clone();
        self.aliases.extend(value.map(|text| Alias { attribute, text, exact, deprecated }));
    }
}

impl Argument {
    fn default(&self) -> Result<Option<Expr>> {
        match &self.value {
            Value::Nothing => Ok(None),
            Value::Expr(expr) => Ok(Some((**expr).clone())),
            Value::List(_) => Err(self.wrong_form("default = value")),
        }
    }

    fn separator(&self) -> Result<LitStr> {
        let text = self.text()?;
        if text.value().is_empty() {
            return Err(Error::new(text.span(), format!("`{}` is empty", self.name)));
        }
        Ok(text)
    }

    fn limits(&self) -> Result<Limits> {
        let form = || self.wrong_form(&format!("{}(1..=10)", self.name));
        let Value::List(list) = &self.value else { return Err(form()) };
        let parse = |input: ParseStream<'_>| {
            let expr = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            Ok(expr)
        };
        let expr = ungrouped(list.parse_args_with(parse).map_err(|_| form())?);
        let Expr::Range(range) = expr else {
            let message = format!("`{}` takes a range such as `1..=10`", self.name);
            return Err(Error::new_spanned(expr, message));
        };
        if range.start.is_none() && range.end.is_none() {
            let message = "`..` has no bound, so it checks nothing";
            return Err(Error::new_spanned(range, message));
        }
        let inclusive = matches!(range.limits, RangeLimits::Closed(_));
        Ok(Limits { range, inclusive })
    }

    fn one_of(&self) -> Result<OneOf> {
        let list: Vec<Lit> = self.list("one_of(\"a\", \"b\")")?;
        if list.is_empty() {
            return Err(Error::new(self.name.span(), "`one_of` is empty, so no value is allowed"));
        }
        Ok(OneOf(list))
    }
}
