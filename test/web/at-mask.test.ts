import { describe, expect, it } from "vitest";
import { maskAt } from "../../src/web/server/audit/at-mask.ts";

describe("maskAt", () => {
  it.each([
    ["ATI", "ATI"],
    ["AT+CSQ", "AT+CSQ"],
    ["AT+CREG?", "AT+CREG?"],
    ["AT+COPS=?", "AT+COPS=?"],
    ["AT+CFUN=1,1", "AT+CFUN=1,1"],
    ['AT+QCFG="nwscanmode",3', 'AT+QCFG="nwscanmode",3'],
    ['AT+CPIN="1234"', "AT+CPIN=*"],
    ["at+cpin=1234", "at+cpin=*"],
    ['AT+CPIN="12345678","4321"', "AT+CPIN=*"],
    ['AT+CLCK="SC",1,"1234"', "AT+CLCK=*"],
    ['AT+CPWD="SC","1234","4321"', "AT+CPWD=*"],
    ['AT^CPIN="1234"', "AT^CPIN=*"],
    ['AT+CGAUTH=1,1,"user","secret"', "AT+CGAUTH=*"],
    ['AT+QICSGP=1,1,"apn","user","secret"', "AT+QICSGP=*"],
    ["ATD+12025550101;", "ATD*"],
    ["ATD**04*1234*4321*4321#;", "ATD*"],
    ['AT+CMGS="+12025550101"', 'AT+CMGS="*"'],
    ['AT+CUSD=1,"*100#",15', 'AT+CUSD=1,"*",15'],
    ["AT+CMGS=23", "AT+CMGS=23"],
    ['AT+CSQ;+CPIN="1234"', "AT+CSQ;+CPIN=*"],
    ['AT+CFUN=1;+CLCK="SC",1,"12;34"', "AT+CFUN=1;+CLCK=*"],
    ["AT+CRSM=214,28539,0,0,12,FFFFFFFFFFFF", "AT+CRSM=*"],
    ["AT+X=0791448720003023", "AT+X=*"],
  ])("writes %s as %s", (command, masked) => {
    expect(maskAt(command)).toBe(masked);
  });

  it("stays short and on one line whatever is sent", () => {
    const masked = maskAt(`AT+X=${"1,".repeat(500)}\r\nAT+CPIN="1234"`);
    expect(masked.length).toBeLessThanOrEqual(160);
    expect(masked).not.toMatch(/[\r\n]/);
    expect(maskAt("")).toBe("");
  });
});
