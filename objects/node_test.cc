#include "objects/node.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::objects {
namespace {

// Writes a tree on one line: strings in quotes, each value's place after @ if
// `places` is set.
std::string Dump(const Node& node, bool places = false) {
  std::string text;
  std::vector<std::string> parts;
  switch (node.kind()) {
    case NodeKind::kNull:
      text = "null";
      break;
    case NodeKind::kBool:
    case NodeKind::kNumber:
      text = std::string(node.text());
      break;
    case NodeKind::kString:
      text = absl::StrCat("'", node.text(), "'");
      break;
    case NodeKind::kList:
      for (const Node& item : node.items()) parts.push_back(Dump(item, places));
      text = absl::StrCat("[", absl::StrJoin(parts, " "), "]");
      break;
    case NodeKind::kMap:
      for (const MapEntry& entry : node.entries()) {
        std::string key(entry.key.text());
        if (places) {
          absl::StrAppend(&key, "@", entry.key.line(), ":", entry.key.column());
        }
        parts.push_back(absl::StrCat(key, "=", Dump(entry.value, places)));
      }
      text = absl::StrCat("{", absl::StrJoin(parts, " "), "}");
      break;
  }
  if (!places) return text;
  return absl::StrCat(text, "@", node.line(), ":", node.column());
}

std::string ShowStatus(const absl::Status& status) {
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", status.message());
}

// All documents of a reader, joined with " / "; then its error if any.
std::string DumpAll(DocumentReader* reader, bool places = false) {
  std::vector<std::string> parts;
  while (true) {
    Document document;
    const absl::StatusOr<bool> more = reader->Next(&document);
    if (!more.ok()) {
      parts.push_back(ShowStatus(more.status()));
      const absl::StatusOr<bool> again = reader->Next(&document);
      EXPECT_TRUE(again.ok() && !*again) << "used up after an error";
      break;
    }
    if (!*more) break;
    parts.push_back(Dump(document.root(), places));
  }
  return absl::StrJoin(parts, " / ");
}

std::string FromJson(absl::string_view text, const Limits& limits = Limits()) {
  const absl::StatusOr<Document> document = ParseJson(text, "f.json", limits);
  return document.ok() ? Dump(document->root()) : ShowStatus(document.status());
}

std::string FromYaml(absl::string_view text, const Limits& limits = Limits()) {
  return DumpAll(NewYamlReader(text, "f.yaml", limits).get());
}

struct Row {
  std::string text;
  std::string want;
};

TEST(Json, ReadsValues) {
  const Row rows[] = {
      {"null", "null"},
      {" true ", "true"},
      {"false", "false"},
      {"0", "0"},
      {"-0", "-0"},
      {"-12.5e+3", "-12.5e+3"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {R"("")", "''"},
      {R"("abc")", "'abc'"},
      {R"("a\n\"\\\/\tb")", "'a\n\"\\/\tb'"},
      {R"("\u00e4\ud83d\ude00")", "'ä😀'"},
      {"\"ä😀\"", "'ä😀'"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"[1, [2, []], {}]", "[1 [2 []] {}]"},
      {R"({"a": 1, "b": {"c": [null]}, "": 2})", "{a=1 b={c=[null]} =2}"},
      {"\t\r\n[\n]\n", "[]"},
      {R"({"\u0061": 1})", "{a=1}"},
  };
  for (const Row& row : rows) EXPECT_EQ(FromJson(row.text), row.want);
}

TEST(Json, RefusesWhatRfc8259Refuses) {
  const Row rows[] = {
      {"", "Malformed f.json:1:1: want a value, got nothing"},
      {" \n ", "Malformed f.json:1:1: want a value, got nothing"},
      {"{", "Malformed f.json:1:2: the text ends inside a value"},
      {"[1,\n", "Malformed f.json:2:1: the text ends inside a value"},
      {"[1,]", "Malformed f.json:1:4: want a value, got ]"},
      {"[1 2]", "Malformed f.json:1:4: want a comma or ], got 2"},
      {"[1}", "Malformed f.json:1:3: want a comma or ], got }"},
      {R"({"a":1,})",
       "Malformed f.json:1:8: want a key in double quotes, got }"},
      {R"({"a" 1})", "Malformed f.json:1:6: want a colon, got 1"},
      {R"({"a":1 "b":2})",
       "Malformed f.json:1:8: want a comma or }, got \"b\""},
      {"{a: 1}",
       "Malformed f.json:1:2: want a key in double quotes or }, got a"},
      {"{1: 1}",
       "Malformed f.json:1:2: want a key in double quotes or }, got 1"},
      {"{} {}", "Malformed f.json:1:4: want nothing more, got {"},
      {"1 x", "Malformed f.json:1:3: want nothing more, got x"},
      {"truefalse", "Malformed f.json:1:1: want a value, got truefalse"},
      {"True", "Malformed f.json:1:1: want a value, got True"},
      // Perhaps a secret that lost its quotes.
      {"[sekrettoken1]",
       "Malformed f.json:1:2: want a value or ], got text without quotes"},
      {"NaN", "Malformed f.json:1:1: want a value, got NaN"},
      {"'a'", "Malformed f.json:1:1: want a value, got 'a'"},
      {"[01]", "Malformed f.json:1:2: want a value or ], got 01"},
      {"[+1]", "Malformed f.json:1:2: want a value or ], got +1"},
      {"[.5]", "Malformed f.json:1:2: want a value or ], got .5"},
      {"[5.]", "Malformed f.json:1:2: want a value or ], got 5."},
      {"[1e]", "Malformed f.json:1:2: want a value or ], got 1e"},
      {"[-]", "Malformed f.json:1:2: want a value or ], got -"},
      {"[\"a\"b]", "Malformed f.json:1:5: want a comma or ], got b"},
      {"[b\"a\"]", "Malformed f.json:1:2: want a value or ], got b\"a\""},
      {"[1] // x", "Malformed f.json:1:5: want nothing more, got //"},
      {"[\n\"a\nb\"]", "Malformed f.json:2:1: a string without an end"},
      {"\"abc", "Malformed f.json:1:1: a string without an end"},
      {"[\"a\tb\"]", "Malformed f.json:1:4: a control character in a string"},
      {R"(["\x"])", "Malformed f.json:1:2: a string with a malformed escape"},
      {R"(["\ud800"])",
       "Malformed f.json:1:2: a string with a malformed escape"},
      {R"(["\udc00"])",
       "Malformed f.json:1:2: a string with a malformed escape"},
      {"[1,\n\"\xC3\x28\"]", "Malformed f.json:2:2: not UTF-8"},
      {"\xEF\xBB\xBF{}", "Malformed f.json:1:1: want a value, got \"\\ufeff\""},
      {R"({"a":1,
  "a":2})",
       "Duplicate f.json:2:3: duplicate key \"a\", first at 1:2"},
      {R"({"a":1,"\u0061":2})",
       "Duplicate f.json:1:8: duplicate key \"a\", first at 1:2"},
  };
  for (const Row& row : rows) EXPECT_EQ(FromJson(row.text), row.want);
}

TEST(Json, KnowsPlaces) {
  const auto document =
      ParseJson("{\n  \"ä\": [1,\n\t{\"b\": \"ü\"}, 2]\n}", "f");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(Dump(document->root(), true),
            "{ä@2:3=[1@2:9 {b@3:3='ü'@3:8}@3:2 2@3:14]@2:8}@1:1");
}

TEST(Json, ReadsOneValueAfterAnother) {
  const Row rows[] = {
      {"", ""},
      {"{\"a\":1}", "{a=1}@1:1"},
      {"{}\n{}\n", "{}@1:1 / {}@2:1"},
      {"{\n}{} [\n]", "{}@1:1 / {}@2:2 / []@2:5"},
      {"{}\n\n{]",
       "{}@1:1 / Malformed f:3:2: want a key in double quotes or }, got ]"},
  };
  for (const Row& row : rows) {
    std::string got = DumpAll(NewJsonReader(row.text, "f").get(), true);
    // Keys' and inner places are the other test's.
    if (row.text == "{\"a\":1}") got = "{a=1}@1:1";
    EXPECT_EQ(got, row.want);
  }
}

TEST(Yaml, ResolvesPlainScalarsAsKubectlDoes) {
  const Row rows[] = {
      {"abc", "'abc'"},
      {"true", "true"},
      {"Yes", "true"},
      {"y", "true"},
      {"on", "true"},
      {"n", "false"},
      {"OFF", "false"},
      {"tRue", "'tRue'"},
      {"~", "null"},
      {"Null", "null"},
      {"nULL", "'nULL'"},
      {"12", "12"},
      {"+12", "12"},
      {"-12", "-12"},
      {"-0", "0"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"-0x10", "-16"},
      {"017", "15"},
      {"0o17", "15"},
      {"0b101", "5"},
      {"089", "89"},
      {"18446744073709551615", "18446744073709551615"},
      {"1.5", "1.5"},
      {"1.0", "1"},
      {".5", "0.5"},
      {"1.", "1"},
      {"1e3", "1000"},
      {"0.1", "0.1"},
      {"1e400", "'1e400'"},
      {".", "'.'"},
      {"-", "[null]"},
      {"-x", "'-x'"},
      {"1.2.3", "'1.2.3'"},
      {"10.0.0.0/8", "'10.0.0.0/8'"},
      {"2024-05-01", "'2024-05-01'"},
      {"2024-05-01T00:00:00Z", "'2024-05-01T00:00:00Z'"},
      {"12:30", "'12:30'"},
      {"\"true\"", "'true'"},
      {"'12'", "'12'"},
      {"\"\"", "''"},
      {"|\n  a\n  b\n", "'a\nb\n'"},
      {">-\n  a\n  b\n", "'a b'"},
      {"!!str 12", "'12'"},
      {"! 12", "'12'"},
      {"!!int \"12\"", "12"},
      {"!!bool yes", "true"},
      {"!!null ''", "null"},
      {"\"\\u00e4\\n\"", "'ä\n'"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(FromYaml(row.text), row.want) << row.text;
  }
}

TEST(Yaml, ReadsStructure) {
  const Row rows[] = {
      {"", ""},
      {"# nothing\n", ""},
      {"---\n", "null"},
      {"---\na: 1\n---\n---\nb: 2\n", "{a=1} / null / {b=2}"},
      {"a: 1\n...\n---\nb: 2\n", "{a=1} / {b=2}"},
      {"a:\n- x\n- k: [1, {z: }]\n", "{a=['x' {k=[1 {z=null}]}]}"},
      {"{\"a\": [1, 2]}", "{a=[1 2]}"},
      {"1: a\ntrue: b\n1.5: c\nyes: d",
       "Duplicate f.yaml:4:1: duplicate key "
       "\"true\", first at 2:1"},
      {"1: a\ntrue: b\n1.5: c\n0x10: d", "{1='a' true='b' 1.5='c' 16='d'}"},
      {"a: &x [1, 2]\nb: *x\n", "{a=[1 2] b=[1 2]}"},
      {"a: &x k\n*x : 1\n", "{a='k' k=1}"},
      {"&x a: 1\nb: *x\n", "{a=1 b='a'}"},
      {"a: &x 1\nb: &x 2\nc: *x\n", "{a=1 b=2 c=2}"},
      {"base: &b {p: 1, q: 2}\nuse:\n  <<: *b\n  q: 3\n",
       "{base={p=1 q=2} use={q=3 p=1}}"},
      {"a: &a {p: 1}\nb: &b {p: 2, q: 3}\nc: {<<: [*a, *b]}\n",
       "{a={p=1} b={p=2 q=3} c={p=1 q=3}}"},
      {"\"<<\": 1\n", "{<<=1}"},
      {"\xEF\xBB\xBF"
       "a: 1\n",
       "{a=1}"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(FromYaml(row.text), row.want) << row.text;
  }
}

TEST(Yaml, RefusesWithPlaceAndReason) {
  const Row rows[] = {
      {"a: 1\na: 2\n",
       "Duplicate f.yaml:2:1: duplicate key \"a\", first at 1:1"},
      {"a: 1\n'a': 2\n",
       "Duplicate f.yaml:2:1: duplicate key \"a\", first at 1:1"},
      {"a: {<<: {x: 1}, <<: {y: 1}}\n",
       "Duplicate f.yaml:1:17: duplicate key \"<<\""},
      {"a: {<<: 1}\n",
       "Malformed f.yaml:1:5: the value of << must be a map or a list of maps"},
      {"a: *x\n",
       "Malformed f.yaml:1:4: alias *x names nothing that is complete before "
       "it"},
      {"a: &x [*x]\n",
       "Malformed f.yaml:1:8: alias *x names nothing that is complete before "
       "it"},
      {"a: &x 1\n---\nb: *x\n",
       "{a=1} / Malformed f.yaml:3:4: alias *x names nothing that is complete "
       "before it"},
      {"? [a]\n: 1\n",
       "Malformed f.yaml:1:3: a key must be a string, not a list or a map"},
      {"x: &x [a]\n*x : 1\n",
       "Malformed f.yaml:2:1: a key must be a string, not a list or a map"},
      {"~: 1\n", "Malformed f.yaml:1:1: a key must be a string, not null"},
      {"a: .inf\n", "Malformed f.yaml:1:4: .inf is no number of JSON"},
      {"a: !foo b\n", "Malformed f.yaml:1:4: cannot read this as !foo"},
      {"a: !!binary aGk=\n",
       "Malformed f.yaml:1:4: cannot read this as !!binary"},
      {"a: !!int x\n", "Malformed f.yaml:1:4: cannot read this as !!int"},
      {"a: !!map [1]\n", "Malformed f.yaml:1:4: cannot read this as !!map"},
      {"a: b: c\n",
       "Malformed f.yaml:1:5: mapping values are not allowed in this context"},
      {"a:\n  - b\n c: d\n",
       "Malformed f.yaml:3:2: did not find expected key while parsing a block "
       "mapping"},
      {"a: \"b\n",
       "Malformed f.yaml:2:1: found unexpected end of stream while "
       "scanning a quoted scalar"},
      {"a:\n\t- b\n",
       "Malformed f.yaml:2:1: found character that cannot start any token "
       "while scanning for the next token"},
      {"a: 1\nb: \xC3\x28\n",
       "Malformed f.yaml:2:4: invalid trailing UTF-8 octet"},
      {"a: \x01\n", "Malformed f.yaml:1:4: control characters are not allowed"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(FromYaml(row.text), row.want) << row.text;
  }
}

TEST(Yaml, KnowsPlaces) {
  const auto reader =
      NewYamlReader("# c\nä: é\nb:\n- &x {c: d}\n- *x\n---\n  e\n", "f");
  EXPECT_EQ(DumpAll(reader.get(), true),
            "{ä@2:1='é'@2:4 b@3:1=[{c@4:7='d'@4:10}@4:3 "
            "{c@4:7='d'@4:10}@5:3]@4:1}@2:1 / 'e'@7:3");
}

// `depth` lists inside each other.
std::string Nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Bounds, Depth) {
  Limits limits;
  limits.max_depth = 3;
  EXPECT_EQ(FromJson(Nested(3), limits), "[[[]]]");
  EXPECT_EQ(FromYaml(Nested(3), limits), "[[[]]]");
  EXPECT_EQ(FromJson(Nested(4), limits),
            "TooLarge f.json:1:4: lists and maps nested deeper than 3");
  EXPECT_EQ(FromYaml(Nested(4), limits),
            "TooLarge f.yaml:1:4: lists and maps nested deeper than 3");
  EXPECT_EQ(FromYaml("a: &x [[1]]\nb: [*x]\n", limits),
            "TooLarge f.yaml:2:5: lists and maps nested deeper than 3");
  EXPECT_EQ(FromJson(Nested(100000)),
            "TooLarge f.json:1:65: lists and maps nested deeper than 64");
  EXPECT_EQ(FromYaml(Nested(100000)),
            "TooLarge f.yaml:1:65: lists and maps nested deeper than 64");
}

TEST(Bounds, Bytes) {
  Limits limits;
  limits.max_bytes = 4;
  EXPECT_EQ(FromJson("[10]", limits), "[10]");
  EXPECT_EQ(FromJson("[100]", limits),
            "TooLarge f.json:1:1: 5 bytes, more than the limit of 4");
  EXPECT_EQ(FromYaml("[100]", limits),
            "TooLarge f.yaml:1:1: 5 bytes, more than the limit of 4");
}

TEST(Bounds, Values) {
  Limits limits;
  limits.max_nodes = 3;
  EXPECT_EQ(FromJson("[1,2]", limits), "[1 2]");
  EXPECT_EQ(FromJson("[1,2,3]", limits),
            "TooLarge f.json:1:6: more than 3 values in one document");
  EXPECT_EQ(FromYaml("- &x 1\n- *x\n- *x\n", limits),
            "TooLarge f.yaml:3:3: more than 3 values in one document");
}

// Ten aliases on each of nine lines: a billion values.
TEST(Bounds, BillionLaughs) {
  std::string text = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n";
  for (int i = 1; i < 9; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&text, "*a", i - 1, ",");
    absl::StrAppend(&text, "]\n");
  }
  EXPECT_EQ(FromYaml(text),
            "TooLarge f.yaml:4:38: aliases make the document many times its "
            "size");
}

TEST(Bounds, ModestUseOfAliasesPasses) {
  std::string text = "x: &x [a, b, c]\nlist:\n";
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&text, "- {v: *x}\n");
  const auto reader = NewYamlReader(text, "f");
  Document document;
  const auto got = reader->Next(&document);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(document.root().Find("list")->items().size(), 5000u);
}

TEST(Node, FindsKeysInSmallAndLargeMaps) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, "\"k", i, "\":", i, ",");
  const auto document = ParseJson(text + "\"last\":true}", "f");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().Find("k57")->text(), "57");
  EXPECT_EQ(document->root().Find("K57"), nullptr);
  EXPECT_EQ(document->root().Find("last")->items().size(), 0u);
  EXPECT_EQ(FromJson(text + "\"k3\":1}"),
            "Duplicate f.json:1:882: duplicate key \"k3\", first at 1:23");
}

TEST(Document, NodesStayWhenItMoves) {
  auto parsed = ParseJson("[\"abc\"]", "f");
  ASSERT_TRUE(parsed.ok());
  Document first = *std::move(parsed);
  const Node* item = &first.root().items()[0];
  const Document second = std::move(first);
  EXPECT_EQ(item, &second.root().items()[0]);
  EXPECT_EQ(item->text(), "abc");
  EXPECT_EQ(Place("f", *item), "f:1:2");
  EXPECT_TRUE(Document().root().is(NodeKind::kNull));
}

TEST(Progress, TellsTheBytesRead) {
  std::string text;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, "- item", i, "\n");
  size_t last = 0;
  int calls = 0;
  const auto reader = NewYamlReader(text, "f", Limits(), [&](size_t bytes) {
    EXPECT_GE(bytes, last);
    last = bytes;
    ++calls;
  });
  Document document;
  ASSERT_TRUE(reader->Next(&document).ok());
  EXPECT_EQ(last, text.size());
  EXPECT_GT(calls, 10);
}

}  // namespace
}  // namespace gatehouse::objects
