// A small board with every kind of power control: two upstream ports, two hubs, four positions.

export const smallBoard = {
  id: "small",
  name: "Small board",
  description: "For tests.",
  upstreams: [
    { id: "up-a", name: "Port A", usual: "1-1" },
    { id: "up-b", name: "Port B", usual: "3-1" },
  ],
  hubs: [
    { id: "top", name: "Top hub", path: ".", usb: "0424:2514", ports: 4, switching: "gang" },
    { id: "low", name: "Low hub", path: "4", usb: "0424:2514", ports: 4, switching: "port", port_ma: 900 },
  ],
  models: [
    { id: "ec25", name: "EC25", usb: "2c7c:0125", volts: 3.8, idle_ma: 30, receive_ma: 300, peak_ma: 2000 },
    { id: "ec21", name: "EC21", usb: "2c7c:0121", volts: 3.8, idle_ma: 20, receive_ma: 200, peak_ma: 1800 },
  ],
  positions: [
    {
      position: 1,
      path: "1",
      models: ["ec21", "ec25"],
      sim: "SIM 1",
      antenna: "ANT 1",
      power: { kind: "gpio", chip: "mcp23017", line: "3", active: "high", pulse_ms: 2000 },
    },
    {
      position: 2,
      path: "4.2",
      models: ["ec25"],
      sim: "SIM 2",
      antenna: "ANT 2",
      power: { kind: "uhubctl", location: "4", port: 2 },
    },
    {
      position: 3,
      path: "4.10",
      models: ["ec25"],
      sim: "SIM 3",
      antenna: "ANT 3",
      power: { kind: "relay", protocol: "lcus", path: "2", channel: 1, pulse_ms: 3000 },
    },
    {
      position: 4,
      upstream: "up-b",
      path: ".",
      models: ["ec25"],
      sim: "SIM 4",
      antenna: "ANT 4",
      power: { kind: "none", reason: "the port is the computer's own" },
    },
  ],
  supply: {
    name: "12 V brick",
    volts: 12,
    milliamps: 2000,
    base_ma: 100,
    efficiency_percent: 90,
    margin_percent: 20,
    bursts_at_once: 2,
    bulk_uf: 4700,
  },
  parts: [
    { id: "pi", name: "Computer", kind: "host" },
    { id: "psu", name: "12 V brick", kind: "supply" },
  ],
  wiring: [
    { from: "pi.USB 1", to: "top.UP", kind: "usb" },
    { from: "psu.12V", to: "p1-3.VIN", kind: "power", colour: "red", awg: 18 },
  ],
  antennas: ["One per modem."],
  cooling: ["None."],
  bom: [{ part: "Hub", manufacturer: "Microchip", number: "USB2514B", quantity: 2 }],
};

export type SmallBoard = typeof smallBoard;

/** The small board after `change` has been at a copy of it. The low hub has 15 ports, so that 4.10 exists. */
export function changedBoard(change: (board: SmallBoard) => void = () => {}): SmallBoard {
  const copy = structuredClone(smallBoard);
  for (const hub of copy.hubs) hub.ports = 15;
  change(copy);
  return copy;
}
