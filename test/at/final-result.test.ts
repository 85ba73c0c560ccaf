// Final results in numeric, verbose and vendors' forms, and the tables of their codes.
import { describe, expect, it } from "vitest";
import { errorCodeOf, errorName, isTransient, parseFinal } from "../../src/at/index.ts";

const error = (source: string, rest: object = {}): object => ({
  kind: "error",
  source,
  code: null,
  name: null,
  text: null,
  ...rest,
});

describe("a final result", () => {
  it("OK is success", () => {
    expect(parseFinal("OK")).toEqual({ kind: "ok" });
    expect(parseFinal(" OK ")).toEqual({ kind: "ok" });
  });

  it.each([
    ["ERROR", "plain"],
    ["NO CARRIER", "no_carrier"],
    ["NO DIALTONE", "no_dialtone"],
    ["NO DIAL TONE", "no_dialtone"],
    ["BUSY", "busy"],
    ["NO ANSWER", "no_answer"],
    ["CONNECT", "connect"],
    ["CONNECT 9600", "connect"],
    ["COMMAND NOT SUPPORT", "not_supported"],
    ["COMMAND NOT SUPPORTED", "not_supported"],
    ["TOO MANY PARAMETERS", "too_many_parameters"],
    ["ABORTED", "aborted"],
  ])("%s is an error of its own source", (text, source) => {
    expect(parseFinal(text)).toEqual(error(source));
  });

  it.each([
    ["+CME ERROR: 14", "cme", 14, "sim_busy"],
    ["+CME ERROR:10", "cme", 10, "sim_not_inserted"],
    ["+cme error: 515", "cme", 515, "please_wait_init_or_command_processing_in_progress"],
    ["+CMS ERROR: 322", "cms", 322, "memory_full"],
    ["+CMS ERROR: 9999", "cms", 9999, null],
  ])("%s carries its code and the code's name", (text, source, code, name) => {
    expect(parseFinal(text)).toEqual(error(source, { code, name }));
  });

  it.each([
    ["+CMS ERROR: SIM not inserted", "cms", 310, "sim_not_inserted"],
    ["+CMS ERROR: (U)SIM not inserted", "cms", 310, "sim_not_inserted"],
    ["+CME ERROR: SIM PIN required", "cme", 11, "sim_pin_required"],
    ["+CME ERROR: Something the vendor says", "cme", null, null],
  ])("%s is found by its text, which is kept", (line, source, code, name) => {
    expect(parseFinal(line)).toEqual(error(source, { code, name, text: line.slice(12) }));
  });

  it("without anything after the prefix is still an error", () => {
    expect(parseFinal("+CMS ERROR:")).toEqual(error("cms"));
  });

  it.each(["", "OKAY", "ok", "+CMS: 5", "CONNECTED", "0791", "ERROR 5", "toString", "+CSQ: 17,99"])(
    "is not %j",
    (text) => {
      expect(parseFinal(text)).toBeNull();
    },
  );
});

describe("error tables", () => {
  it("name the codes of both families", () => {
    expect(errorName("cme", 10)).toBe("sim_not_inserted");
    expect(errorName("cms", 500)).toBe("unknown_error");
    expect(errorName("cms", 208)).toBe("sim_sms_storage_full");
    expect(errorName("cme", 9999)).toBeNull();
  });

  it("find a code by the standard's text and not by another", () => {
    expect(errorCodeOf("cms", "Invalid memory index")).toBe(321);
    expect(errorCodeOf("cme", "network not allowed - emergency calls only")).toBe(32);
    expect(errorCodeOf("cme", "")).toBeNull();
  });
});

describe("isTransient", () => {
  it.each([
    ["+CME ERROR: 14", true],
    ["+CME ERROR: 515", true],
    ["+CME ERROR: SIM busy", true],
    ["+CMS ERROR: 314", true],
    ["+CMS ERROR: 14", false],
    ["+CME ERROR: 314", false],
    ["+CMS ERROR: 322", false],
    ["ERROR", false],
    ["OK", false],
  ])("%s: %s", (line, transient) => {
    const final = parseFinal(line);
    expect(final !== null && isTransient(final)).toBe(transient);
  });
});
