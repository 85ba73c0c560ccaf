// The real chronyd with the image's configuration, in a network that lets no time server through but the one that its DHCP names.

import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAsterisk } from "../tooling/asterisk-cache.mjs";
import { read } from "./unit-files.ts";

/** Seconds from 1900 to 1970 (RFC 5905, 6). */
const ERA = 2_208_988_800;
const AHEAD_SECONDS = 1000;

function putTime(packet: Buffer, at: number): void {
  const seconds = performance.timeOrigin / 1000 + performance.now() / 1000 + AHEAD_SECONDS + ERA;
  packet.writeUInt32BE(Math.floor(seconds), at);
  packet.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), at + 4);
}

/** A time server of stratum 2 that is ahead (RFC 5905, 7.3). */
function serve(socket: Socket): void {
  socket.on("message", (asked, from) => {
    const answer = Buffer.alloc(48);
    // No leap, the version that was asked for, server.
    answer[0] = (asked.readUInt8(0) & 0b0011_1000) | 4;
    answer[1] = 2;
    answer[2] = asked.readUInt8(2);
    answer.writeInt8(-20, 3);
    answer.writeUInt32BE(0x0a_00_00_01, 12);
    for (const at of [16, 32, 40]) putTime(answer, at);
    asked.copy(answer, 24, 40, 48);
    socket.send(answer, from.port, from.address);
  });
}

const tree = findAsterisk();

describe.skipIf(tree === null)("chronyd (not unpacked)", () => {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-chrony-"));
  const socket = createSocket("udp4");
  beforeAll(async () => {
    serve(socket);
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    socket.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("follows the one time server that the router names, as no other is let through", { timeout: 60_000 }, async () => {
    const sources = join(folder, "chrony-dhcp");
    mkdirSync(sources);
    // As 20-chrony-dhcp writes it; the port is the test's.
    writeFileSync(join(sources, "eth0.sources"), `server 127.0.0.1 iburst port ${socket.address().port}\n`);
    const config = join(folder, "chrony.conf");
    const text = read("chrony/numberbox.conf")
      .replaceAll(/^(server|pool) .*$/gm, "")
      .replaceAll("/run/chrony-dhcp", sources)
      .replaceAll("/var/lib/chrony", folder);
    writeFileSync(config, `${text}\npidfile ${join(folder, "pid")}\nbindcmdaddress /\n`);
    const { loader = "", libraries = "", chronyd = "" } = tree ?? {};
    // It says what it would set the clock by, and sets nothing.
    const args = [
      "--library-path",
      libraries,
      chronyd,
      "-Q",
      "-t",
      "30",
      "-U",
      "-u",
      userInfo().username,
      "-f",
      config,
    ];
    const said = await new Promise<string>((resolve) => {
      const child = spawn(loader, args, { stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (part: string) => {
          out += part;
        });
      }
      child.once("exit", (code) => resolve(`${out}\nended with ${code}`));
    });
    const [, seconds = "0"] = /System clock wrong by (-?[\d.]+) seconds/.exec(said) ?? [];
    expect(Number(seconds), said).toBeCloseTo(AHEAD_SECONDS, -1);
  });
});
