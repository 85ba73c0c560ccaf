// What a file in `hardware/boards` may hold. Checks that need more than one member are in `board-checks.ts`.

import { z } from "zod";
import { RELATIVE_PATH } from "./usb-path.ts";

const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "1-32 of a-z 0-9 -, beginning with a letter")
  // `p1` to `p99` stand for positions in the wiring.
  .refine((text) => !/^p\d+$/.test(text), "p and a number stand for a position");
const text = z.string({ error: "text" }).trim().min(1).max(400);
const usbId = z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/, "a quoted USB id such as 2c7c:0125, in lower case");
const path = z
  // YAML reads 1.10 without quotes as the number 1.1.
  .string({ error: "text in quotes: as a number, 1.10 would be 1.1" })
  .regex(RELATIVE_PATH, 'port numbers below the upstream port such as "1.4", or "." for the port itself');
const portNumber = z.int().min(1).max(31);
const milliamps = z.int().min(0).max(100_000);
const pulse = z.int().min(10).max(60_000);

const power = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("uhubctl"),
    location: path.describe("The hub that feeds the position, relative to the upstream port."),
    port: portNumber,
  }),
  z.strictObject({
    kind: z.literal("gpio"),
    chip: text.describe(
      "GPIO chip: header for the 40 pins of a Raspberry Pi, i2c-20 for an expander at that address, a name such as gpiochip1.",
    ),
    line: text.describe("Name of the line, as gpioinfo shows it, or its offset."),
    active: z.enum(["high", "low"]).describe("Level that presses the power key, or cuts the supply."),
    pulse_ms: pulse.describe("How long the level is held to switch off."),
    // A power key toggles: the same line has to be pressed again to switch on.
    restart: z
      .strictObject({ wait_ms: pulse, pulse_ms: pulse })
      .optional()
      .describe("For a power key: how long the modem takes to go down, then the pulse that starts it."),
  }),
  z.strictObject({
    kind: z.literal("relay"),
    // Four bytes over a serial port, which the box opens anyway; HID relay boards would need ioctl calls that Node has not.
    protocol: z.literal("lcus"),
    path: path.describe("Where the relay board is, relative to the upstream port."),
    channel: z.int().min(1).max(16),
    pulse_ms: pulse.describe(
      "How long the coil is held; wired to the closed contact, so that a dead relay leaves the modem on.",
    ),
  }),
  z.strictObject({ kind: z.literal("none"), reason: text }),
]);

const upstream = z.strictObject({
  id,
  name: text,
  usual: z
    .string()
    .regex(/^\d+-\d+(\.\d+)*$/, "a sysfs path such as 1-1")
    .describe("Where it is on the reference build."),
});

const hub = z.strictObject({
  id,
  name: text,
  upstream: id.optional().describe("Which upstream port it is behind; the first if left out."),
  path,
  usb: usbId,
  ports: z.int().min(1).max(15),
  switching: z
    .enum(["port", "gang", "none"])
    .describe("Whether it cuts the power of one port, of all at once, or of none."),
  port_ma: milliamps.optional().describe("Current that one port may deliver before it is cut off."),
});

const model = z.strictObject({
  id,
  name: text,
  usb: usbId,
  volts: z.number().min(1).max(24).describe("Voltage at which the currents are given."),
  idle_ma: milliamps.describe("Registered, USB active, nothing to do."),
  receive_ma: milliamps.describe("Average while messages come in."),
  peak_ma: milliamps.describe("In a transmit burst."),
});

const position = z.strictObject({
  position: z.int().min(1).max(99),
  upstream: id.optional().describe("Which upstream port it is behind; the first if left out."),
  path,
  models: z.array(id).min(1).describe("Modems that fit; the budget counts the hungriest."),
  sim: text.describe("The SIM holder that belongs to it."),
  antenna: text.describe("The antenna connector that belongs to it."),
  uart: z
    .strictObject({
      device: z.string().regex(/^\/dev\/[A-Za-z0-9._/-]+$/, "a path below /dev"),
      baud: z.int().min(1200).max(4_000_000),
    })
    .optional()
    .describe("A second way to the AT interface."),
  power,
});

const supply = z.strictObject({
  name: text,
  volts: z.number().min(1).max(60),
  milliamps,
  base_ma: milliamps.describe("Hubs and logic, at the supply's voltage."),
  efficiency_percent: z.int().min(30).max(100).describe("Of the converter between supply and modems."),
  margin_percent: z.int().min(0).max(100).describe("Kept free of the supply's rating."),
  bursts_at_once: z.int().min(1).max(99).describe("Modems taken to transmit in the same instant."),
  bulk_uf: z.int().min(0).max(1_000_000).describe("Low-ESR capacitance at each modem, microfarad."),
});

const part = z.strictObject({
  id,
  name: text,
  kind: z.enum(["host", "supply", "converter", "switch", "control", "antenna"]),
});

const bomLine = z.strictObject({
  part: text,
  manufacturer: text,
  number: text.describe("Part number, or the standard that any maker's part has to meet."),
  quantity: z.int().min(1).max(1000),
  notes: text.optional(),
});

const wire = z.strictObject({
  from: text.describe("part.pin; p1.pin or p1-8.pin for positions."),
  to: text,
  kind: z.enum(["power", "ground", "usb", "gpio", "uart", "i2c", "rf"]),
  colour: text.optional(),
  awg: z.int().min(8).max(34).optional(),
  notes: text.optional(),
});

export const boardSchema = z.strictObject({
  id,
  name: text,
  description: text,
  upstreams: z.array(upstream).min(1).max(4),
  hubs: z.array(hub).max(32),
  models: z.array(model).min(1).max(16),
  positions: z.array(position).min(1).max(64),
  supply,
  parts: z.array(part).max(64),
  wiring: z.array(wire).max(200),
  antennas: z.array(text).min(1).max(16),
  cooling: z.array(text).min(1).max(16),
  bom: z.array(bomLine).min(1).max(64),
});

export type Board = z.infer<typeof boardSchema>;
export type BoardPosition = Board["positions"][number];
export type BoardHub = Board["hubs"][number];
export type BoardModel = Board["models"][number];
export type BoardWire = Board["wiring"][number];
export type PowerControl = BoardPosition["power"];
