// udev rules: stable names for a board's ports, other programs kept off them, and the rights that recovery needs without root.

import { boardPositions, type PlacedPosition, placeUpstreams } from "./board-position.ts";
import type { Board } from "./board-schema.ts";
import { upstreamOf } from "./board-tree.ts";
import { MODEM_VENDORS } from "./modem-vendors.ts";
import { switchUdevFile } from "./udev-switches.ts";
import { add, framed, GROUP, IS_DEVICE, is, rule, set, type UdevFile, writable } from "./udev-text.ts";
import { joinUsbPath } from "./usb-path.ts";

/** What holds for the USB device of any modem: no ModemManager, no autosuspend (it loses URCs), a USB reset through `authorized`. */
const MODEM_DEVICE = [
  set("ENV{NUMBERBOX}", "1"),
  set("ENV{ID_MM_DEVICE_IGNORE}", "1"),
  set("ATTR{power/control}", "on"),
  ...writable("authorized"),
];
const MODEM_PORT = [set("ENV{NUMBERBOX}", "1"), set("ENV{ID_MM_PORT_IGNORE}", "1")];
const MODEM_TTY = [...MODEM_PORT, set("GROUP", GROUP), set("MODE", "0660")];

function positionRules(board: Board, placed: PlacedPosition): readonly string[] {
  const { position, usbPath } = placed;
  // One parent has to match all of KERNELS and ATTRS: it is the USB interface, whose name is path:configuration.interface.
  const ofInterface = is("KERNELS", `${usbPath}:*`);
  return [
    `# Position ${position}: ${board.positions[position - 1]?.sim ?? ""}`,
    rule(...IS_DEVICE, is("KERNEL", usbPath), ...MODEM_DEVICE),
    rule(
      is("SUBSYSTEM", "tty"),
      ofInterface,
      is("ATTRS{bInterfaceNumber}", "?*"),
      ...MODEM_TTY,
      add("SYMLINK", `numberbox/${board.id}/${position}-if$attr{bInterfaceNumber}`),
    ),
    rule(is("SUBSYSTEM", "net|usbmisc"), ofInterface, ...MODEM_PORT),
    "",
  ];
}

/** Rights on the hubs that switch ports: through libusb, and from Linux 6.0 on through `disable` of each port in sysfs. */
function hubRules(board: Board, bases: ReadonlyMap<string, string>): readonly string[] {
  return board.hubs.flatMap((hub) => {
    const upstream = upstreamOf(board, hub);
    const path = joinUsbPath(bases.get(upstream) ?? "", hub.path);
    const ports = board.positions.flatMap(({ power, ...item }) =>
      power.kind === "uhubctl" && power.location === hub.path && upstreamOf(board, item) === upstream
        ? [power.port]
        : [],
    );
    if (ports.length === 0) return [];
    return [
      `# Port power of hub ${hub.id}`,
      rule(...IS_DEVICE, is("KERNEL", path), set("GROUP", GROUP), set("MODE", "0664")),
      rule(
        is("SUBSYSTEM", "usb"),
        is("KERNEL", `${path}:1.0`),
        is("DRIVER", "hub"),
        ...writable(...ports.map((port) => `${path}-port${port}/disable`)),
      ),
      "",
    ];
  });
}

/** Relay boards are serial ports; one with a CH340 is what brltty takes for a Braille display. */
function relayRules(board: Board, bases: ReadonlyMap<string, string>): readonly string[] {
  const relays = new Map<string, string>();
  for (const { power, ...item } of board.positions) {
    if (power.kind === "relay")
      relays.set(joinUsbPath(bases.get(upstreamOf(board, item)) ?? "", power.path), power.path);
  }
  return [...relays].flatMap(([path, relative]) => [
    `# Relay board at ${relative}`,
    rule(...IS_DEVICE, is("KERNEL", path), set("ENV{NUMBERBOX}", "1"), set("ENV{ID_MM_DEVICE_IGNORE}", "1")),
    rule(
      is("SUBSYSTEM", "tty"),
      is("KERNELS", `${path}:*`),
      ...MODEM_TTY,
      add("SYMLINK", `numberbox/${board.id}/relay-${relative}`),
    ),
    "",
  ]);
}

function gpioRules(board: Board): readonly string[] {
  if (!board.positions.some((item) => item.power.kind === "gpio")) return [];
  return [
    "# Power lines. Raspberry Pi OS gives them to its group gpio later on: there the service has to be in that group too.",
    rule(is("SUBSYSTEM", "gpio"), is("KERNEL", "gpiochip*"), set("GROUP", GROUP), set("MODE", "0660")),
    "",
  ];
}

/** Rules of one board. `upstream` as for `boardPosition`; without it, the place on the reference build. Throws `board.bad_upstream`. */
export function boardUdevFile(board: Board, upstream: string | readonly string[] = usualUpstreams(board)): UdevFile {
  const bases = placeUpstreams(board, upstream);
  const places = board.upstreams.map(
    (item) => `# Upstream port ${item.id} (${item.name}): ${bases.get(item.id) ?? ""}`,
  );
  const body = [
    ...boardPositions(board, upstream).flatMap((placed) => positionRules(board, placed)),
    ...hubRules(board, bases),
    ...relayRules(board, bases),
    ...gpioRules(board),
  ];
  const lines = [
    `# ${board.name}: ports below /dev/numberbox/${board.id}/, one per position and USB interface.`,
    "# Made by `numberbox hardware udev`; for another place: numberbox hardware udev --board FILE --upstream PATH",
    ...places,
    "",
    ...framed(board.id, "usb|tty|net|usbmisc|gpio", body),
  ];
  return { name: `70-numberbox-${board.id}.rules`, text: lines.join("\n") };
}

/** Where a board's upstream ports are on the reference build. */
export function usualUpstreams(board: Board): readonly string[] {
  return board.upstreams.map((item) => item.usual);
}

function vendorRules(): readonly string[] {
  return MODEM_VENDORS.flatMap(({ vendor, name, products }) => {
    const ids = (key: "ATTR" | "ATTRS"): readonly string[] => [
      is(`${key}{idVendor}`, vendor),
      ...(products === undefined ? [] : [is(`${key}{idProduct}`, products.join("|"))]),
    ];
    return [
      `# ${name}`,
      rule(...IS_DEVICE, ...ids("ATTR"), set("ENV{NUMBERBOX}", "1")),
      rule(is("SUBSYSTEM", "tty|net|usbmisc"), ...ids("ATTRS"), set("ENV{NUMBERBOX}", "1")),
    ];
  });
}

/** Rules for any modem of a known family that is on no board. */
export function modemUdevFile(): UdevFile {
  const body = [
    "# A board's rules, or the owner's, have had their say: ENV{NUMBERBOX}=\"0\" in an earlier file leaves a modem to others.",
    rule(is("ENV{NUMBERBOX}", "?*"), set("GOTO", "numberbox_modems_end")),
    "",
    ...vendorRules(),
    "",
    rule('ENV{NUMBERBOX}!="1"', set("GOTO", "numberbox_modems_end")),
    rule(...IS_DEVICE, ...MODEM_DEVICE),
    rule(is("SUBSYSTEM", "net|usbmisc"), ...MODEM_PORT),
    rule(is("SUBSYSTEM", "tty"), ...MODEM_TTY),
    rule(
      is("SUBSYSTEM", "tty"),
      is("KERNELS", "*:*"),
      is("ATTRS{bInterfaceNumber}", "?*"),
      add("SYMLINK", "numberbox/usb/$id"),
    ),
  ];
  const lines = [
    "# Modems without a board: ports below /dev/numberbox/usb/, named by USB path and interface such as 1-1.2:1.2.",
    "# Made by `numberbox hardware udev`.",
    "",
    ...framed("modems", "usb|tty|net|usbmisc", body),
  ];
  return { name: "71-numberbox-modems.rules", text: lines.join("\n") };
}

/** Takes back what brltty's rules, which come earlier in the alphabet, have made of a serial converter that is ours. */
export function brlttyUdevFile(): UdevFile {
  const text = [
    "# brltty takes common serial converters (CH340, CP210x, FT232) for Braille displays and unbinds their ports.",
    "# Made by `numberbox hardware udev`.",
    "",
    rule(
      is("ENV{NUMBERBOX}", "1"),
      is("ENV{BRLTTY_BRAILLE_DRIVER}", "?*"),
      set("ENV{BRLTTY_BRAILLE_DRIVER}", ""),
      set("ENV{SYSTEMD_WANTS}", ""),
    ),
    "",
  ];
  return { name: "99-numberbox-brltty.rules", text: text.join("\n") };
}

/** All rule files: one per board at its usual place, and the three that every box takes. */
export function udevFiles(boards: readonly Board[]): readonly UdevFile[] {
  return [...boards.map((board) => boardUdevFile(board)), modemUdevFile(), switchUdevFile(), brlttyUdevFile()];
}
