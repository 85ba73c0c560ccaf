// What phones are set up with, over accounts with any text in them: a real parser reads back exactly what was written.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import { linphoneXml, xmlText } from "../../src/protocol/index.ts";
import { profileOf } from "../protocol/sip-samples.ts";
import { noPython, readLinphone } from "../protocol/xml-reader.ts";

const hard = fc.constantFrom(
  "&",
  "<",
  ">",
  '"',
  "'",
  "]]>",
  "&amp;",
  "<!--",
  "</entry>",
  "ä",
  "日",
  "🎉",
  "\u00a0",
  "\u2028",
);
const text = fc
  .array(fc.oneof(hard, fc.string({ unit: "binary", maxLength: 4 })), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(""));
const account = fc.record({ user: text, password: text, realm: text, host: text });
type Account = { user: string; password: string; realm: string; host: string };

function written(values: Account): string | null {
  try {
    return linphoneXml(profileOf(values));
  } catch (error) {
    if (isAppError(error) && error.code === "sip.bad_value") return null;
    throw error;
  }
}

describe("Linphone's configuration", () => {
  it.skipIf(noPython)("is read back as it was written, whatever the values hold", () => {
    // Many in one go: a parser process for each would take minutes.
    fc.assert(
      fc.property(fc.array(account, { minLength: 100, maxLength: 100 }), (accounts) => {
        const documents = accounts.flatMap((values) => {
          const xml = written(values);
          return xml === null ? [] : [{ values, xml }];
        });
        const read = readLinphone(documents.map(({ xml }) => xml));
        for (const [at, { values }] of documents.entries()) {
          expect(read[at]).toMatchObject({
            "auth_info_0/username": values.user,
            "auth_info_0/userid": values.user,
            "auth_info_0/passwd": values.password,
            "auth_info_0/realm": values.realm,
            "auth_info_0/domain": values.host,
          });
        }
      }),
      { numRuns: 5 },
    );
  });

  it("escapes so that nothing is left of markup, or refuses", () => {
    fc.assert(
      fc.property(text, (value) => {
        const bad = /[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(value);
        if (bad) expect(() => xmlText(value)).toThrowError(expect.objectContaining({ code: "sip.bad_value" }));
        else expect(xmlText(value)).toMatch(/^(?:[^<>"'&]|&(?:amp|lt|gt|quot|apos);)*$/u);
      }),
    );
  });
});
