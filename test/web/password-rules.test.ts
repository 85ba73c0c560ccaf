import { describe, expect, it } from "vitest";
import { passwordFault } from "../../src/web/shared/password-rules.ts";

describe("passwordFault", () => {
  it.each([
    ["", "too_short"],
    ["ninechars", "too_short"],
    ["x".repeat(201), "too_long"],
    ["aaaaaaaaaaaa", "too_simple"],
    ["abababababab", "too_simple"],
    ["otterotterotter", "too_simple"],
    ["1234567890", "too_simple"],
    ["0987654321", "too_simple"],
    ["qwertyuiop", "too_simple"],
    ["abcdefghijkl", "too_simple"],
    ["password123", "too_common"],
    ["P@ssw0rd2024!", "too_common"],
    ["123letmein456", "too_common"],
    ["numberbox2026", "too_common"],
    ["I love you!!1", "too_common"],
    ["abcdef!2026", "too_common"],
    ["correct horse battery staple", "too_common"],
  ])("refuses %j as %s", (password, fault) => {
    expect(passwordFault(password)).toBe(fault);
  });

  it.each([
    "seven quiet otters",
    "Grüne Möwe fliegt",
    "k9#mVq2!xLw",
    "пять тихих выдр",
    "tr7-Zop.qq3w",
    "8372910384",
    "abc8372#!9103",
  ])("accepts %j", (password) => {
    expect(passwordFault(password)).toBeNull();
  });

  it("counts characters, not code units", () => {
    expect(passwordFault("🦦🦊🐻🐼🐨🐯🦁🐮🐷")).toBe("too_short");
    expect(passwordFault("🦦🦊🐻🐼🐨🐯🦁🐮🐷🐸")).toBeNull();
  });
});
