// USB vendors of the modem families that the box knows, for the rules that keep other programs off a modem without a board.

export interface ModemVendor {
  /** Lower-case hex, as sysfs shows it. */
  readonly vendor: string;
  readonly name: string;
  /** Only these products, where the vendor makes much else: u-blox its GNSS receivers, chip makers everything. */
  readonly products?: readonly string[];
}

/** A test holds this against the USB ids of the modem profiles. */
export const MODEM_VENDORS: readonly ModemVendor[] = [
  { vendor: "2c7c", name: "Quectel" },
  {
    vendor: "05c6",
    name: "Qualcomm's ids: Quectel UC15, UC20, EC20; SIMCom SIM7000; u-blox SARA-R4",
    products: ["9000", "9003", "908b", "9090", "90b2", "9215"],
  },
  { vendor: "1e0e", name: "SIMCom" },
  { vendor: "12d1", name: "Huawei" },
  { vendor: "3566", name: "Huawei E3372 of later years", products: ["2001"] },
  { vendor: "19d2", name: "ZTE" },
  { vendor: "1199", name: "Sierra Wireless" },
  { vendor: "1bc7", name: "Telit" },
  {
    vendor: "1546",
    name: "u-blox SARA, LARA, TOBY",
    products: ["1010", "1102", "1104", "1107", "110a", "1141", "1143", "1146", "1311", "1341", "1342"],
  },
  { vendor: "2cb7", name: "Fibocom" },
  { vendor: "8087", name: "Intel's id: Fibocom L850", products: ["095a"] },
  { vendor: "1508", name: "Fibocom NL668", products: ["1001"] },
  { vendor: "1782", name: "Unisoc's ids: Fibocom L6xx", products: ["4d10", "4d11"] },
  { vendor: "1e2d", name: "Cinterion, Thales" },
];
