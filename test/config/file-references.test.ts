import { describe, expect, it } from "vitest";
import { fileReferences, withFileReferences, withoutUnlock } from "../../src/config/index.ts";

const text = `# of the owner
unlock: { passphrase_file: /stick/pass }
boards:
  - { id: a, file: mpcie-8, upstream: "1-1" }
  - { id: b, file: boards/own.yaml, upstream: "1-2" } # home-made
emercoin:
  password_file: node.pass
  cookie_file: /run/.cookie
slots:
  - id: s
    smpp:
      - password_file: /etc/smpp.pass
`;

describe("files that a configuration names", () => {
  it("are found wherever they stand, but for what stays with its machine", () => {
    expect(fileReferences(text)).toEqual([
      { path: ["boards", 1, "file"], file: "boards/own.yaml" },
      { path: ["emercoin", "password_file"], file: "node.pass" },
      { path: ["slots", 0, "smpp", 0, "password_file"], file: "/etc/smpp.pass" },
    ]);
    expect(fileReferences("a: [")).toEqual([]);
  });

  it("are changed without a change to anything else", () => {
    const [first, , third] = fileReferences(text);
    const changed = withFileReferences(
      text,
      [first, third].flatMap((each) => (each ? [{ ...each, file: "moved/x" }] : [])),
    );
    expect(fileReferences(changed).map(({ file }) => file)).toEqual(["moved/x", "node.pass", "moved/x"]);
    expect(changed).toContain("# home-made");
    expect(changed).toContain("passphrase_file: /stick/pass");
    expect(withoutUnlock(changed)).not.toContain("stick");
  });
});
