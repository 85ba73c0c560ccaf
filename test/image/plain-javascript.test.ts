import { describe, expect, it } from "vitest";
import { plainJavaScript } from "../../os-image/lib/plain-javascript.ts";

describe("the program without its types", () => {
  it("imports what now ends in .js, however the file is named", () => {
    const text =
      'import { a } from "./a.ts";\nexport const load = () => import("../b/c.ts");\nnew URL(`./d.ts`, import.meta.url);\n';
    const wanted =
      'import { a } from "./a.js";\nexport const load = () => import("../b/c.js");\nnew URL(`./d.js`, import.meta.url);\n';
    expect(plainJavaScript(text, "x.ts")).toBe(wanted);
    expect(plainJavaScript(text, "x.mjs")).toBe(wanted);
  });

  it("has no types, and its lines where they were", () => {
    const plain = plainJavaScript(
      "export const one: number = 1;\ninterface A {\n  b: string;\n}\nexport const two = 2;\n",
      "x.ts",
    );
    expect(plain).not.toMatch(/number|interface/);
    expect(plain.split("\n")[4]).toBe("export const two = 2;");
  });
});
