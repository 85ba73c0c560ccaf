// A flattened device tree (devicetree.org, version 17) as a map, and what a device in it waits for: the kernel starts none before its
// suppliers, such as regulators, clocks and pins, have their drivers.

export type Node = ReadonlyMap<string, Buffer>;
/** Nodes by path; the root's is "". */
export type DeviceTree = ReadonlyMap<string, Node>;

const MAGIC = 0xd00dfeed;
const TOKEN = { begin: 1, end: 2, property: 3, nothing: 4 } as const;

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, bytes.indexOf(0, at));
}

export function parseDeviceTree(bytes: Buffer): DeviceTree {
  if (bytes.readUInt32BE(0) !== MAGIC) throw new Error("no device tree");
  const strings = bytes.readUInt32BE(12);
  const tree = new Map<string, Map<string, Buffer>>();
  const path: string[] = [];
  const aligned = (at: number) => (at + 3) & ~3;
  let at = bytes.readUInt32BE(8);
  for (;;) {
    const token = bytes.readUInt32BE(at);
    at += 4;
    if (token === TOKEN.begin) {
      const name = textAt(bytes, at);
      at = aligned(at + name.length + 1);
      path.push(name);
      tree.set(path.join("/"), new Map());
    } else if (token === TOKEN.end) path.pop();
    else if (token === TOKEN.property) {
      const length = bytes.readUInt32BE(at);
      const name = textAt(bytes, strings + bytes.readUInt32BE(at + 4));
      tree.get(path.join("/"))?.set(name, bytes.subarray(at + 8, at + 8 + length));
      at = aligned(at + 8 + length);
    } else if (token !== TOKEN.nothing) return tree;
  }
}

/** Names that a driver may know the device by, the closest first. */
export function compatibleOf(node: Node): string[] {
  return (node.get("compatible")?.toString("latin1") ?? "").split("\0").filter((name) => name !== "");
}

/** Properties that name suppliers, and the property of a supplier that says how many numbers follow its name; null: none do. */
function cellsOf(property: string): string | null | undefined {
  if (property.endsWith("-supply") || /^pinctrl-\d+$/.test(property)) return null;
  if (/(^|-)gpios?$/.test(property)) return "#gpio-cells";
  return new Map<string, string | null>([
    ["clocks", "#clock-cells"],
    ["resets", "#reset-cells"],
    ["dmas", "#dma-cells"],
    ["power-domains", "#power-domain-cells"],
    ["phys", "#phy-cells"],
    ["mboxes", "#mbox-cells"],
    ["interrupts-extended", "#interrupt-cells"],
    ["mmc-pwrseq", null],
    ["msi-parent", null],
    ["firmware", null],
  ]).get(property);
}

/** Paths of what `path` and its suppliers wait for, with itself. A device waits for the bus that it is on, too. */
export function suppliersOf(tree: DeviceTree, begin: readonly string[]): Set<string> {
  const handles = new Map<number, string>();
  for (const [path, node] of tree) {
    const handle = node.get("phandle");
    if (handle !== undefined) handles.set(handle.readUInt32BE(0), path);
  }
  const seen = new Set<string>();
  const waiting = [...begin];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const node = tree.get(path);
    if (node === undefined || seen.has(path)) continue;
    seen.add(path);
    if (path.includes("/")) waiting.push(path.slice(0, path.lastIndexOf("/")));
    for (const [property, value] of node) {
      const cells = cellsOf(property);
      if (cells !== undefined) waiting.push(...named(value, cells, handles, tree));
    }
  }
  return seen;
}

function named(value: Buffer, cells: string | null, handles: Map<number, string>, tree: DeviceTree): string[] {
  const paths: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    const path = handles.get(value.readUInt32BE(at));
    if (path === undefined) continue;
    paths.push(path);
    if (cells !== null) at += 4 * (tree.get(path)?.get(cells)?.readUInt32BE(0) ?? 0);
  }
  return paths;
}
