import { execFileSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveDirectly } from "../../src/modem/serial-direct.ts";

/** As the package's poller: tells once when something can be read, and must not be asked when it is destroyed. */
class FakePoller extends EventEmitter {
  destroyed = false;
  asked = 0;

  override once(event: string, listener: (...values: unknown[]) => void): this {
    if (this.destroyed) throw new Error("the process has crashed");
    this.asked++;
    return super.once(event, listener);
  }
}

class FakePort {
  fd: number | null;
  readonly poller = new FakePoller();
  /** What was left to the package. */
  readonly later: string[] = [];
  read = (): Promise<{ buffer: Buffer; bytesRead: number }> => Promise.reject(new Error("read by the package"));
  write = (bytes: Buffer): Promise<void> => {
    this.later.push(String(bytes));
    return Promise.resolve();
  };

  constructor(fd: number) {
    this.fd = fd;
  }

  /** As the package closes: the poller is destroyed at once. */
  close(): void {
    this.fd = null;
    this.poller.destroyed = true;
  }
}

let folder: string;
let fd: number;
let port: FakePort;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "numberbox-serial-"));
  // What is written to it comes back, and it has the EAGAIN of a terminal.
  const fifo = join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  port = new FakePort(fd);
  serveDirectly({ port } as unknown as SerialPort);
});

afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true, force: true });
});

const read = (): Promise<string> => {
  const { port: served } = { port } as unknown as {
    port: { read: (...of: unknown[]) => Promise<{ bytesRead: number }> };
  };
  const buffer = Buffer.alloc(64);
  return served.read(buffer, 0, buffer.length).then(({ bytesRead }) => buffer.toString("latin1", 0, bytesRead));
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a serial port that is read directly", () => {
  it("gives what has come, and waits again when it was called for nothing", async () => {
    const reading = read();
    port.poller.emit("readable", null);
    await settled();
    expect(port.poller.asked).toBe(2);
    writeSync(fd, "OK\r\n");
    port.poller.emit("readable", null);
    expect(await reading).toBe("OK\r\n");
  });

  it("that was closed while it waited is neither read nor asked again", async () => {
    const reading = read();
    port.close();
    port.poller.emit("readable", null);
    await expect(reading).rejects.toMatchObject({ code: "modem.closed" });
    await expect(read()).rejects.toMatchObject({ code: "modem.closed" });
    expect(port.poller.asked).toBe(1);
  });

  it("ends when its device has hung up: a reading gives nothing at once", async () => {
    port.fd = openSync("/dev/null", "r");
    const reading = read();
    port.poller.emit("readable", null);
    await expect(reading).rejects.toMatchObject({ code: "modem.closed" });
    closeSync(port.fd);
  });

  it("passes on why waiting has failed", async () => {
    const reading = read();
    port.poller.emit("readable", new Error("EBADF"));
    await expect(reading).rejects.toThrow("EBADF");
  });
});

describe("a serial port that is written directly", () => {
  const written = (): string => {
    const buffer = Buffer.alloc(64);
    return buffer.toString("latin1", 0, readSync(fd, buffer));
  };

  it("takes the bytes at once", async () => {
    await port.write(Buffer.from("AT\r"));
    expect(written()).toBe("AT\r");
    expect(port.later).toEqual([]);
  });

  it("leaves to the package what the device does not take now", async () => {
    const full = Buffer.alloc(1 << 16);
    expect(() => {
      for (;;) writeSync(fd, full);
    }).toThrow("EAGAIN");
    await port.write(Buffer.from("AT\r"));
    expect(port.later).toEqual(["AT\r"]);
  });

  it("that is closed refuses", async () => {
    port.close();
    await expect(port.write(Buffer.from("AT\r"))).rejects.toMatchObject({ code: "modem.closed" });
  });
});
