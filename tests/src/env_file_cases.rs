//! Env files as people write them, and what they say: one table for the library and for the command.

/// An env file.
pub struct EnvFileCase {
    /// Its text.
    pub text: &'static str,
    /// The variables `A` to `D` that it sets, or the lines that cannot be understood.
    pub says: Result<&'static [(&'static str, &'static str)], &'static [u32]>,
}

/// The variables of the process.
pub const VARS: [(&str, &str); 2] = [("NAME", "ada"), ("EMPTY", "")];

const fn says(text: &'static str, values: &'static [(&'static str, &'static str)]) -> EnvFileCase {
    EnvFileCase { text, says: Ok(values) }
}

const fn refused(text: &'static str, lines: &'static [u32]) -> EnvFileCase {
    EnvFileCase { text, says: Err(lines) }
}

/// The kinds of docs/env-files.md, each with variants.
pub const CASES: &[EnvFileCase] = &[
    // A quote that does not begin the value.
    says(
        "A=Conan O'Brien\nB=1\nC=the O'Neills\n",
        &[("A", "Conan O'Brien"), ("B", "1"), ("C", "the O'Neills")],
    ),
    says("A=12\"\nB=x\nC=30\"\n", &[("A", "12\""), ("B", "x"), ("C", "30\"")]),
    says("A=don't\n# isn't it\nB=2\n", &[("A", "don't"), ("B", "2")]),
    says("A=8080'\nB=hidden\nC=dev'\n", &[("A", "8080'"), ("B", "hidden"), ("C", "dev'")]),
    says("A=-DX=\"y z\" -v\n", &[("A", "-DX=\"y z\" -v")]),
    says("A=say \"hi\" # loudly\n", &[("A", "say \"hi\"")]),
    says("A=x' # y'\nB=2\n", &[("A", "x'"), ("B", "2")]),
    says("A=${NAME}'s\nB=2'\n", &[("A", "ada's"), ("B", "2'")]),
    // JSON.
    says(
        "A={\"k\":\"v\",\"n\":[1,2]}\nB={\"k\": \"v w\"}\nC=[\"a\", 'b']\n",
        &[("A", "{\"k\":\"v\",\"n\":[1,2]}"), ("B", "{\"k\": \"v w\"}"), ("C", "[\"a\", 'b']")],
    ),
    says(
        "A={\"pem\":\"-----BEGIN X-----\\nAB==\\n\"}\n",
        &[("A", "{\"pem\":\"-----BEGIN X-----\\nAB==\\n\"}")],
    ),
    says(
        "A='{\"k\": \"v\"}'\nB=\"{\\\"k\\\": 1}\"\n",
        &[("A", "{\"k\": \"v\"}"), ("B", "{\"k\": 1}")],
    ),
    refused("A=\"{\"k\":\"v\"}\"\n", &[1]),
    // Text after a quoted value.
    refused("A='x'y\nB=1\n", &[1]),
    refused("A=\"x\" y\n", &[1]),
    refused("A=''x\n", &[1]),
    refused("A=\"x\";\n", &[1]),
    refused("A='it\\'s'\nB=1\n# don't\nC=1\n", &[1]),
    refused("A=\"x\nB=\"y\"\n", &[1]),
    refused("A='x\n' y\nB 2\n", &[1, 2, 3]),
    says("A=\"x\"#c\nB='y'#c\nC='z' # c\n", &[("A", "x"), ("B", "y"), ("C", "z")]),
    // Two assignments on a line.
    refused("A=1 B=2\n", &[1]),
    refused("A=x y DB_PASSWORD=z\n", &[1]),
    refused("A=1; export B=2\n", &[1]),
    says("A=host=h user=u sslmode=off\n", &[("A", "host=h user=u sslmode=off")]),
    says("A=-Xmx1g -DKEY=1\n", &[("A", "-Xmx1g -DKEY=1")]),
    says("A='1 B=2'\n", &[("A", "1 B=2")]),
    // Blanks.
    says(
        "A=0 3 * * *\nB=  x  y\t\nC=\u{a0}z\u{a0}\n",
        &[("A", "0 3 * * *"), ("B", "x  y"), ("C", "z")],
    ),
    // Backslashes without quotes, and in single quotes.
    says(
        "A=C:\\new\\table\nB=\\\\host\\share\\\nC=%m\\n\nD=^\\d+\\.\\w*$\n",
        &[
            ("A", "C:\\new\\table"),
            ("B", "\\\\host\\share\\"),
            ("C", "%m\\n"),
            ("D", "^\\d+\\.\\w*$"),
        ],
    ),
    says(
        "A=x\\ y\nB=x\\ \nC=x\\ # c\nD=\"x\\ y\"\n",
        &[("A", "x\\ y"), ("B", "x\\"), ("C", "x\\"), ("D", "x\\ y")],
    ),
    says(
        "A=it\\'s\nB=\\\"x\\\"\nC=\\#x\nD='C:\\'\n",
        &[("A", "it\\'s"), ("B", "\\\"x\\\""), ("C", "\\#x"), ("D", "C:\\")],
    ),
    says("A=a\\\nB=2\n", &[("A", "a\\"), ("B", "2")]),
    // Escapes in double quotes.
    says("A=\"1\\n2\\r3\\\\n\\\"\\'\"\n", &[("A", "1\n2\r3\\n\"'")]),
    says("A=\"\\r\\n\"\nB=\"a\tb\"\n", &[("A", "\r\n"), ("B", "a\tb")]),
    refused("A=\"a\\tb\"\n", &[1]),
    refused("A=\"C:\\dir\"\n", &[1]),
    refused("A=\"\\u0041\"\nB=\"\\x41\"\n", &[1, 2]),
    // Line ends.
    says("A=1\rB=2\r", &[("A", "1"), ("B", "2")]),
    says("A=1\rB='2'\r\nC=3 # c\rD=4\n", &[("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]),
    says("# c\rA=\rB=2", &[("A", ""), ("B", "2")]),
    says("A='1\r2\r\n3'\rB=\"4\r\r5\"\r", &[("A", "1\n2\n3"), ("B", "4\n\n5")]),
    refused("A=1\r\rnothing\r\nB=2\rno\n", &[3, 5]),
    // Comments.
    says("A=x#y\nB=x #y\nC=x\t#y\nD='#x'\n", &[("A", "x#y"), ("B", "x"), ("C", "x"), ("D", "#x")]),
    says("A=#FF0000\nB= # c\nC=#\n", &[("A", ""), ("B", ""), ("C", "")]),
    // Backticks are characters.
    says(
        "A=`x`\nB=`x y`\nC=`it's`\nD=x`y\n",
        &[("A", "`x`"), ("B", "`x y`"), ("C", "`it's`"), ("D", "x`y")],
    ),
    refused("A=`x\ny`\n", &[2]),
    // Dollars.
    says("A=$\nB=5$\nC=$$\nD=a$$-b\n", &[("A", "$"), ("B", "5$"), ("C", "$$"), ("D", "a$$-b")]),
    refused("A=$$NAME\nB=\"$$NAME\"\nC=$${NAME}\nD=$$2a$$10$$x\n", &[1, 2, 3, 4]),
    refused("A=pa$$word\nB=$$$NAME\n", &[1, 2]),
    says(
        "A='pa$$word'\nB=pa\\$\\$word\nC=\"\\$\\$NAME\"\nD=\\$$NAME\n",
        &[("A", "pa$$word"), ("B", "pa$$word"), ("C", "$$NAME"), ("D", "$ada")],
    ),
    refused("A=\\\\$NAME\n", &[1]),
    says(
        "A=$NAME\nB=\\$NAME\nC='$NAME'\nD=\"$NAME\"\n",
        &[("A", "ada"), ("B", "$NAME"), ("C", "$NAME"), ("D", "ada")],
    ),
    says(
        "A=${UNSET:-a b}\nB=${UNSET:-it's}\nC=${EMPTY:-x y} z\nD=${NAME:+b c}\n",
        &[("A", "a b"), ("B", "it's"), ("C", "x y z"), ("D", "b c")],
    ),
    says("A=$(id)\nB=${UNSET-}x\n", &[("A", "$(id)"), ("B", "x")]),
    // Values of several lines.
    says(
        "A=\"-----BEGIN X-----\nAB==\n-----END X-----\"\nB=1\n",
        &[("A", "-----BEGIN X-----\nAB==\n-----END X-----"), ("B", "1")],
    ),
    says("A='1\n# 2\nB=3'\nC=4\n", &[("A", "1\n# 2\nB=3"), ("C", "4")]),
    refused("A=1\nB='x\nC=3\n", &[2]),
    refused("A=\"x\\\"\n", &[1]),
    // Names.
    says("export A=1\n B = 2\nc.d=x\ne-f=x\n", &[("A", "1"), ("B", "2")]),
    refused("A\nexport B\nC: 1\n1D=1\n.x=1\nÉ=1\na[1]=2\n", &[1, 2, 3, 4, 5, 6, 7]),
    // The rest of a value that was broken into lines.
    refused("A=bG9uZyBzZWNyZXQg\naW4gdHdvIGxpbmVz==\n", &[2]),
    refused("A=JBSWY3DPEHPK3PXP\nJBSWY3DPEHPK3PXA====\n", &[2]),
];
