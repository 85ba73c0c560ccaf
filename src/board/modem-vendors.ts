// USB vendors of the modem families that the box knows, for the rules that keep other programs off a modem without a board.

export interface ModemVendor {
  /** Lower-case hex, as sysfs shows it. */
  readonly vendor: string;
  readonly name: string;
  /** Only these products, where the vendor makes much else: u-blox its GNSS receivers, Qualcomm everything. */
  readonly products?: readonly string[];
}

export const MODEM_VENDORS: readonly ModemVendor[] = [
  { vendor: "2c7c", name: "Quectel" },
  // UC15, UC20 and the first EC20 carry Qualcomm's vendor id.
  { vendor: "05c6", name: "Quectel UC15, UC20, EC20", products: ["9090", "9003", "9215"] },
  { vendor: "1e0e", name: "SIMCom" },
  { vendor: "12d1", name: "Huawei" },
  { vendor: "19d2", name: "ZTE" },
  { vendor: "1199", name: "Sierra Wireless" },
  { vendor: "1bc7", name: "Telit" },
  {
    vendor: "1546",
    name: "u-blox SARA, LARA, TOBY",
    products: ["1102", "1141", "1143", "1146", "1311", "1341", "1342"],
  },
  { vendor: "2cb7", name: "Fibocom" },
  { vendor: "1e2d", name: "Cinterion, Thales" },
];
