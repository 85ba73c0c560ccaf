// SIPp with scenarios that are named by what they end in.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasSipp = existsSync("/usr/bin/sipp");

const HEAD = `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@box.test>;tag=[pid]x[call_number]
Call-ID: [call_id]
Max-Forwards: 70
Contact: <sip:[field0]@[local_ip]:[local_port]>`;

const SDP = `v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
`;

const send = (text: string): string => `<send retrans="500"><![CDATA[\n\n${text}\n]]></send>`;

const SCENARIOS = {
  /** A call without a password gets a challenge and nothing else. */
  "invite-is-challenged": [
    send(`INVITE sip:0401234@box.test SIP/2.0
${HEAD}
To: <sip:0401234@box.test>
CSeq: 1 INVITE
Content-Type: application/sdp
Content-Length: [len]

${SDP}`),
    '<recv response="100" optional="true"/><recv response="401"/>',
    `<send><![CDATA[\n\nACK sip:0401234@box.test SIP/2.0
${HEAD}
To: <sip:0401234@box.test>[peer_tag_param]
CSeq: 1 ACK
Content-Length: 0\n\n]]></send>`,
  ],
  /** A registration with a wrong password is challenged again. */
  "wrong-password-is-challenged-again": [1, 2].flatMap((cseq) => [
    send(`REGISTER sip:box.test SIP/2.0
${HEAD}
To: <sip:[field0]@box.test>
CSeq: ${cseq} REGISTER
Expires: 300
${cseq === 1 ? "" : "[field1]\n"}Content-Length: 0\n\n`),
    `<recv response="401" auth="true"/>`,
  ]),
} as const;

export interface SippResult {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a scenario `calls` times against the SIP port of the loopback; code 0: each time it went as written. */
export async function sipp(
  scenario: keyof typeof SCENARIOS,
  { users, port, calls, rate }: { users: readonly string[]; port: number; calls: number; rate: number },
): Promise<SippResult> {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-sipp-"));
  try {
    const steps = SCENARIOS[scenario].join("\n");
    const xml = `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${scenario}">\n${steps}\n</scenario>\n`;
    writeFileSync(join(folder, "scenario.xml"), xml);
    writeFileSync(
      join(folder, "users.csv"),
      `SEQUENTIAL\n${users.map((user) => `${user};[authentication username=${user} password=guess]\n`).join("")}`,
    );
    const child = spawn(
      "/usr/bin/sipp",
      [
        ...["-sf", "scenario.xml", "-inf", "users.csv", "-i", "127.0.0.1", "-m", String(calls), "-r", String(rate)],
        ...["-l", "200", "-nostdin", "-recv_timeout", "10000", "-timeout", "60s", `127.0.0.1:${port}`],
      ],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TERM: "dumb" } },
    );
    let out = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        out = (out + text).slice(-4000);
      });
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
