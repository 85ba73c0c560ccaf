import { describe, expect, it } from "vitest";
import { doctorGroups, doctorText, type Finding, sentenceParts } from "../../../src/web/pages/doctor-groups.ts";

const finding = (area: Finding["area"], verdict: Finding["verdict"], code: string): Finding => ({
  ...{ area, verdict, code, check: code.split(".")[0] ?? "", message: `it says ${code}` },
  ...(verdict === "ok" ? {} : { hint: "Mend it." }),
});
const found = [
  finding("box", "ok", "store.sound"),
  finding("machine", "warn", "memory.low"),
  finding("machine", "ok", "clock.fine"),
  finding("machine", "fail", "disk.full"),
  finding("chain", "warn", "proofs.late"),
  finding("services", "fail", "relay.unreachable"),
];

describe("findings of the doctor", () => {
  it("stand by part of the box, the worst first, and within it the worst first", () => {
    const groups = doctorGroups(found);
    expect(groups.map(({ area, verdict }) => `${verdict} ${area}`)).toEqual([
      "fail machine",
      "fail services",
      "warn chain",
      "ok box",
    ]);
    expect(groups[0]?.faults.map(({ code }) => code)).toEqual(["disk.full", "memory.low"]);
    expect(groups[0]?.fine.map(({ code }) => code)).toEqual(["clock.fine"]);
    expect(doctorGroups([])).toEqual([]);
  });

  it("are copied as text with each remedy, the worst first", () => {
    expect(doctorText(found.slice(0, 2))).toBe(
      "warn  memory: it says memory.low (memory.low)\n      Mend it.\nok    store: it says store.sound\n",
    );
  });
});

describe("a remedy", () => {
  it("shows its commands as such", () => {
    expect(sentenceParts("Run `sudo x`, then `y`.")).toEqual([
      { text: "Run ", isCode: false },
      { text: "sudo x", isCode: true },
      { text: ", then ", isCode: false },
      { text: "y", isCode: true },
      { text: ".", isCode: false },
    ]);
    expect(sentenceParts("Wait.")).toEqual([{ text: "Wait.", isCode: false }]);
  });
});
