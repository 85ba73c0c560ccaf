"""A farm of simulated modems that shares no line with the project: dialects from vendors' manuals and field reports, faults included.
Stands on standard Python alone. Prints one JSON line {"modems":[{name,port,truth}]} when all ports are open; then takes one JSON
object a line on standard input, {"do":…, "modem":…}, and answers each with one JSON line. Ends with its standard input.
"""

import argparse
import asyncio
import errno
import json
import os
import random
import re
import sys
import time
import tty

GSM7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"


# ---- PDUs -----------------------------------------------------------------------------------------------------------------------

def swapped(digits):
    digits += "F" * (len(digits) % 2)
    return "".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2))


def septets(values, fill=0):
    bits = sum(value << (7 * at + fill) for at, value in enumerate(values))
    return bits.to_bytes((7 * len(values) + fill + 7) // 8, "little").hex().upper()


def address(sender):
    digits = sender.lstrip("+")
    if digits.isdigit():
        return f"{len(digits):02X}{'91' if sender[0] == '+' else '81'}{swapped(digits)}"
    packed = septets([GSM7.index(c) for c in sender])
    return f"{len(packed):02X}D0{packed}"


def deliver(sender, text, when, udh=""):
    """One SMS-DELIVER with its SMSC (TS 23.040 9.2.2.1); `udh` is hex with its length octet."""
    stamp = swapped(time.strftime("%y%m%d%H%M%S", time.gmtime(when))) + "00"
    head = f"07914477581006F0{'44' if udh else '04'}{address(sender)}00"
    if all(c in GSM7 for c in text):
        octets = len(udh) // 2
        fill = -octets * 8 % 7
        length = (octets * 8 + fill) // 7 + len(text)
        return f"{head}00{stamp}{length:02X}{udh}{septets([GSM7.index(c) for c in text], fill)}"
    body = text.encode("utf-16-be").hex().upper()
    return f"{head}08{stamp}{(len(udh) + len(body)) // 2:02X}{udh}{body}"


def parts(sender, text, when, reference, wide):
    """The parts of one long SMS, with an 8-bit or a 16-bit reference (TS 23.040 9.2.3.24.1 and .8)."""
    size = 150 if all(c in GSM7 for c in text) else 64
    pieces = [text[i:i + size] for i in range(0, len(text), size)]
    head = f"060804{reference:04X}" if wide else f"050003{reference & 255:02X}"
    return [deliver(sender, piece, when, f"{head}{len(pieces):02X}{at + 1:02X}") for at, piece in enumerate(pieces)]


# ---- dialects: what each modem says, and how it misbehaves -----------------------------------------------------------------------
# `iccid` is the one command this modem has for it, with the reply's form; {i} is the ICCID, {s} its swapped nibbles.

LTE = {"act": 7, "technology": "lte", "reg": "CEREG"}
UMTS = {"act": 2, "technology": "umts", "reg": "CREG"}
GSM = {"act": None, "technology": None, "reg": "CREG"}
DIALECTS = {
    "ec25": dict(LTE, maker="Quectel", model="EC25", firmware="EC25EFAR06A06M4G", ati="Quectel\nEC25\nRevision: EC25EFAR06A06M4G",
                 iccid=("+QCCID", "+QCCID: {i}"), mems={"SM": 20, "ME": 23, "MT": 43}, start="ME", base=0,
                 boot=["RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"],
                 cnmi="(0-2),(0-3),(0,2),(0-2),(0,1)", noise=['+QIND: "csq",24,99'], operator=("vodafone", "26202"),
                 extra={"+QNWINFO": '+QNWINFO: "FDD LTE","26202","LTE BAND 20",6300', "+QSPN": '+QSPN: "Vodafone.de","Vodafone.de","",0,"26202"'}),
    "bg96": dict(LTE, act=8, technology="lte", maker="Quectel", model="BG96", firmware="BG96MAR02A07M1G", ati="Quectel\nBG96\nRevision: BG96MAR02A07M1G",
                 iccid=("+QCCID", "+QCCID: {i}F"), mems={"SM": 10, "ME": 23}, start="ME", base=0, boot=["RDY", "APP RDY"], echo="stuck",
                 operator=("Telekom.de", "26201"), busy=6, eps_only=True, cpin="+CPIN:READY", creg_form='2,1,"C23C","1FA7A03",8',
                 extra={"+QNWINFO": '+QNWINFO: "CAT-M1","26201","LTE BAND 8",3740'}),
    "sim800": dict(GSM, maker="SIMCOM_Ltd", model="SIMCOM_SIM800L", firmware="Revision:1418B05SIM800L24", ati="SIM800 R14.18", noise=["RING", '+CLIP: "+4915112345678",145,"",0,"",0', "NO CARRIER"],
                   iccid=("+CCID", "{i}f"), mems={"SM": 15}, boot=["RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"],
                   operator=("E-Plus", "26203"), eol="\r", split=True, cmti_lost=3, tech_any=("gsm",)),
    "sim7600": dict(LTE, maker="SIMCOM INCORPORATED", model="SIMCOM_SIM7600E-H", firmware="LE20B04SIM7600M22",
                    cgmr="+CGMR: LE20B04SIM7600M22",
                    ati="Manufacturer: SIMCOM INCORPORATED\nModel: SIMCOM_SIM7600E-H\nRevision: SIM7600M22_V2.0\nIMEI: {imei}\n+GCAP: +CGSM",
                    iccid=("+CICCID", "+ICCID: {i}"), mems={"SM": 20, "ME": 23}, boot=["*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"],
                    operator=("o2 - de", "26203"), delay=2.5, cmti="-1", roaming=True, extra={"+CPSI?": "+CPSI: LTE,Online,262-03,0x230A,175499523,318,EUTRAN-BAND3,1650,5,0,21,67,255,18"}),
    "e173": dict(UMTS, maker="huawei", model="E173", firmware="11.126.85.00.209", no="COMMAND NOT SUPPORT",
                 ati="Manufacturer: huawei\nModel: E173\nRevision: 11.126.85.00.209\nIMEI: {imei}\n+GCAP: +CGSM,+DS,+ES",
                 iccid=("+CRSM=176,12258,0,0,10", '+CRSM: 144,0,"{s}"'), mems={"SM": 20}, base=0, crowded=True,
                 noise=["^RSSI:19", "^BOOT:27710117,0,0,0,75", "^MODE:5,4", "^DSFLOWRPT:000000DC,00000000,00000000,0,0,0,0"],
                 operator=("MegaFon", "25002"), creg_form="2,1,8BE3,2BAF", cops_text=True, cnmi="(0-2),(0-3),(0,2,3),(0-2),(0,1)"),
    "me909": dict(LTE, maker="Huawei Technologies Co., Ltd.", model="ME909s-120", firmware="11.617.13.00.00",
                  ati="Manufacturer: Huawei Technologies Co., Ltd.\nModel: ME909s-120\nRevision: 11.617.13.00.00\nIMEI: {imei}\n+GCAP: +CGSM,+DS,+ES",
                  iccid=("^ICCID?", "^ICCID: {i}"), mems={"SM": 20, "ME": 100}, start="ME", csq="99,99", dbm=-73, alias=True,
                  noise=['^HCSQ:"LTE",48,37,119,26', "^RSSI:20", "^SRVST:2"], operator=("中国移动", "46000"),
                  extra={"^HCSQ?": '^HCSQ: "LTE",48,37,119,26', "^SYSINFOEX": '^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"'}),
    "mc7455": dict(LTE, maker="Sierra Wireless, Incorporated", model="MC7455", firmware="SWI9X30C_02.24.05.06", meddle=True,
                   cgmr="SWI9X30C_02.24.05.06 r7040 CARMD-EV-FRMWR2 2017/05/19 06:23:09",
                   ati="Manufacturer: Sierra Wireless, Incorporated\nModel: MC7455\nRevision: SWI9X30C_02.24.05.06 r7040 CARMD-EV-FRMWR2 2017/05/19 06:23:09\nMEID: 35907206012345\nIMEI: {imei}\nIMEI SV: 13\nFSN: LF726432\n+GCAP: +CGSM",
                   iccid=("+ICCID?", "+ICCID: {i}"), mems={"SM": 20, "ME": 99}, operator=("AT&T", "310410"), noise=["*WSIM: 1"], slow_cmgr=9),
    "mf190": dict(UMTS, maker="ZTE CORPORATION", model="MF190", firmware="BD_ZTEMF190V1.0.0B03", lines=True,
                  ati="Manufacturer: ZTE CORPORATION\nModel: MF190\nRevision: BD_ZTEMF190V1.0.0B03\nIMEI: {imei}\n+GCAP: +CGSM,+DS,+ES",
                  iccid=("+ZGETICCID", "+ZGETICCID: {i}"), mems={"ME": 40}, noise=["+ZUSIMR:2", '+ZPASR:"UMTS"', '+ZDONR: "O2",262,07,"CS_PS","ROAM_OFF"'],
                  operator=("O2", "26207"), garbage=True, no="ERROR", cmee=False),
    "le910": dict(LTE, maker="Telit", model="LE910-EUG", firmware="17.00.503", ati="332", iccid=("#CCID", "#CCID: {i}"),
                  mems={"SM": 25, "ME": 25}, pin="4711", noise=["#QSS: 1"], operator=("I TIM", "22201"), ucs2_names=True, framed="quoted"),
    "sara": dict(UMTS, maker="u-blox", model="SARA-U201", firmware="23.60", ati="SARA-U201-03S-00", iccid=("+CCID", "+CCID: {i}"),
                 mems={"ME": 23, "SM": 20}, operator=("A1", "23201"), noise=["+UUSIMSTAT: 1", "+UUPSDD: 0"], eol="\n", no_cmgl=True),
    "phs8": dict(UMTS, maker="Cinterion", model="PHS8-P", firmware="REVISION 03.320", ati="Cinterion\nPHS8-P\nREVISION 03.320",
                 iccid=("^SCID", "^SCID: {i}"), mems={"SM": 20, "ME": 25}, start="MT", boot=["^SYSSTART", "+PBREADY"], cnmi_bfr=1,
                 noise=["+CIEV: rssi,3"], operator=("Swisscom", "22801"), cnmi="(0-2),(0,1),(0,2),(0-2),(1)"),
    "bare": dict(GSM, maker="WAVECOM MODEM", model="MULTIBAND  900E  1800", firmware="651_09gg.Q2406B", ati="WAVECOM MODEM",
                 iccid=("+CCID", '+CCID: "{i}"'), mems={"SM": 10}, operator=("ORANGE F", "20801"), full=True, cmee=False, quiet=True,
                 creg_form="0,1", names_only=True, fw_any=("651_09gg.Q2406B 1320676 061804 14:38",), tech_any=("gsm",)),
    "l610": dict(LTE, maker="Fibocom", model="L610-CN-00-00", firmware="16000.1000.00.05.01.04", ati="Fibocom\nL610-CN-00-00\n16000.1000",
                 iccid=("+ICCID", "+ICCID: {i}"), mems={"SM": 30, "ME": 50}, operator=("CHN-UNICOM", "46001"), csq="99,99", cesq="99,99,255,255,22,50", dbm=-91),
    "lisa": dict(UMTS, maker="u-blox", model="LISA-U200", firmware="23.41", ati="LISA-U200-62S-01", iccid=("+CCID", "+CCID: {i}"),
                 mems={"ME": 23, "SM": 20}, operator=("A1", "23201"), no_cmgl=True, late=24),
    "a7670": dict(LTE, maker="SIMCOM INCORPORATED", model="A7670E-FASE", firmware="A011B03A7670M7_F", cgmr="+CGMR: A011B03A7670M7_F", boot=["*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"],
                  ati="Manufacturer: SIMCOM INCORPORATED\nModel: A7670E-FASE\nRevision: A7670M7_V1.0\nIMEI: {imei}",
                  iccid=("+CICCID", "+ICCID: {i}"), mems={"SM": 20, "ME": 50}, operator=("3 AT", "23205"), delay=4, always=True),
}


class Store:
    """One memory: places from `base`, each free or (status, PDU)."""

    def __init__(self, size, base):
        self.size, self.base, self.places = size, base, {}

    def add(self, pdu):
        free = next((at for at in range(self.base, self.base + self.size) if at not in self.places), None)
        if free is not None:
            self.places[free] = [0, pdu]
        return free


class Modem:
    def __init__(self, name, number, options):
        self.name, self.d, self.options = name, DIALECTS[name.split("-")[0]], options
        self.random = random.Random(f"{options.seed}/{name}")
        self.imei = f"35{number:04d}{self.random.randrange(10**8):08d}0"
        self.iccid = f"8949{number:03d}{self.random.randrange(10**12):012d}"  # 19 digits
        self.imsi = self.d["operator"][1] + f"{number:04d}{self.random.randrange(10**10):010d}"[: 15 - len(self.d["operator"][1])]
        base = self.d.get("base", 1)
        self.stores = {memory: Store(size, base) for memory, size in self.d["mems"].items() if memory != "MT"}
        if self.d.get("alias"):  # one storage under every name
            self.stores = dict.fromkeys(self.stores, next(iter(self.stores.values())))
        self.net, self.given, self.out, self.fd, self.writer = [], [], asyncio.Queue(), None, None
        self.wire, self.hung, self.plugged, self.count, self.cmgrs = b"", None, not options.unplugged, 0, 0
        self.boots = 0
        self.boot(first=True)
        if self.d.get("full"):
            for _ in range(self.d["mems"]["SM"] + 3):
                self.rain(1)
            self.network()

    def truth(self):
        d, csq, mem = self.d, self.d.get("csq", "20,99").split(",")[0], self.stores
        return {"imei": self.imei, "iccid": self.iccid, "imsi": self.imsi, "operator": d["operator"][0],
                "mcc_mnc": [d["operator"][1]] + ([None] if d.get("cops_text") else []), "registration": "roaming" if d.get("roaming") else "home",
                "technology": [d["technology"], *d.get("tech_any", ())], "signal_dbm": d.get("dbm", -113 + 2 * int(csq)),
                "manufacturer": d["maker"], "model": d["model"], "firmware": [d["firmware"], d.get("cgmr", d["firmware"]), *d.get("fw_any", ())],
                "memories": {name: [len(s.places), s.size] for name, s in mem.items()}}

    def boot(self, first=False):
        d = self.d
        self.echo, self.cmee, self.cnmi, self.charset, self.cops, self.creg = True, 0, [0, 0], "GSM", 0, 0
        self.memory = d.get("start", next(iter(d["mems"])))
        self.mem3 = self.memory if self.memory in self.stores else next(iter(self.stores))
        self.up = time.monotonic() + (d.get("busy", 0) if first else d.get("busy", 0) / 3)
        self.locked, self.tries, self.fun, self.hung = bool(d.get("pin")), 3, 1, None
        self.boots += 1
        for line in d.get("boot", []):
            self.urc(line)

    # -- the wire

    def urc(self, text):
        if not self.hung:
            eol = self.d.get("eol", "\r\n")
            self.out.put_nowait((0, f"{eol}{text}{eol}".encode()))

    def say(self, lines, result, delay=0):
        eol, d = self.d.get("eol", "\r\n"), self.d
        first = "" if d.get("lines") else eol  # ZTE: no empty line before a reply's first
        text = "".join(f"{first if at == 0 else ''}{line}{eol}" for at, line in enumerate(lines))
        text += f"{eol}*WSIM: 1{eol}" if d.get("meddle") and lines and self.random.random() < 0.3 else ""
        text += f"{eol}{result}{eol}"
        self.out.put_nowait((delay, text.encode()))

    async def pump(self):
        """Writes in order: with the reply's delay, and byte by byte where the dialect splits."""
        while True:
            delay, data = await self.out.get()
            await asyncio.sleep(delay)
            size = 1 if self.d.get("split") and len(data) < 400 else 7 if self.d.get("split") else 4096
            for at in range(0, len(data), size):
                await self.put(data[at:at + size])
                if size < 4096:
                    await asyncio.sleep(0)

    async def put(self, data):
        if self.writer is not None:
            self.writer.write(data)  # to a box that was killed it writes nothing
            return
        deadline = time.monotonic() + 5
        while data and self.fd is not None and time.monotonic() < deadline:
            try:
                data = data[os.write(self.fd, data):]
            except BlockingIOError:
                await asyncio.sleep(0.01)
            except OSError:
                return

    async def open_pty(self):
        self.port = path = os.path.join(self.options.dir, self.name)
        if not self.plugged:
            return
        master, slave = os.openpty()
        os.symlink(os.ttyname(slave), path)
        os.set_blocking(master, False)
        if not self.d.get("quiet"):  # a lazy farm leaves the line in cooked mode
            tty.setraw(slave)
        os.close(slave)
        self.fd = master
        asyncio.create_task(self.read_pty(master))

    async def read_pty(self, master):
        loop, was_open = asyncio.get_running_loop(), False
        while self.fd == master:
            try:
                data = os.read(master, 4096)
                if not was_open:
                    self.opened()
                was_open = True
                self.take(data)
            except BlockingIOError:
                ready = loop.create_future()
                loop.add_reader(master, lambda: ready.done() or ready.set_result(None))
                await asyncio.wait([ready], timeout=0.5)
                loop.remove_reader(master)
            except OSError as problem:
                if problem.errno != errno.EIO:
                    return
                was_open = False
                await asyncio.sleep(0.05)

    async def open_tcp(self):
        async def serve(reader, writer):
            if not self.plugged:
                return writer.close()
            self.writer = writer
            self.opened()
            try:
                while self.plugged and (data := await reader.read(4096)):
                    self.take(data)
            except ConnectionError:
                self.writer = None  # the box was killed
            writer.close()

        self.server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = f"tcp://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    def opened(self):
        self.wire = b""
        if self.hung == "reopen":
            self.hung = None

    def unplug(self):
        self.plugged = False
        if self.fd is not None:
            os.unlink(self.port)
            fd, self.fd = self.fd, None
            os.close(fd)
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    async def plug(self):
        self.plugged = True
        self.boot()
        if not self.port.startswith("tcp:"):
            await self.open_pty()

    def take(self, data):
        if self.hung and b"CFUN=1,1" not in data:
            return
        if self.echo or self.d.get("echo") == "stuck":
            self.out.put_nowait((0, data))
        self.wire += data.translate(None, b"\n\x1a\x1b")
        while b"\r" in self.wire:
            line, self.wire = self.wire.split(b"\r", 1)
            text = line.decode("latin-1").strip()
            if text:
                self.command(text)

    # -- commands

    def command(self, text):
        at = text.upper().find("AT")
        if at < 0 or (self.hung and "CFUN=1,1" not in text):
            return
        if text[at + 2:].upper() == "+CFUN=1,1":
            self.say([], "OK")
            asyncio.get_running_loop().call_later(0.3, self.restart)
            return
        lines, delay = [], 0
        for one in re.findall(r'(?:[^;"]|"[^"]*")+', text[at + 2:]) or [""]:
            one = one.strip()
            name = re.match(r"[+^!#*%$]?[A-Z]*", one.upper()).group()
            if self.d.get("delay") and (self.d.get("always") or self.random.random() < 0.12):
                delay = self.random.uniform(0.7, 1) * self.d["delay"]
            if name == "+CMGR" and self.random.random() < 0.1:
                delay = self.d.get("slow_cmgr", delay)
            self.cmgrs += name in ("+CMGR", "+CMGD")
            if name in ("+CMGR", "+CMGD") and self.d.get("late") and self.cmgrs % 70 == 60:
                delay = self.d["late"]
            try:
                lines += self.run(name, one[len(name):].strip(), one.upper())
            except Refused as refused:
                return self.say(lines, self.error(*refused.args), delay)
        self.say(lines, "OK", delay)

    def error(self, kind, code):
        if kind == "no":
            text = self.d.get("no")
            if text:
                return text
            kind, code = "CME", 100
        return "ERROR" if self.d.get("cmee") is False or (kind == "CME" and not self.cmee) else f"+{kind} ERROR: {code}"

    def restart(self):
        if self.fd is None:
            return self.boot()
        self.unplug()
        asyncio.get_running_loop().call_later(2, lambda: asyncio.create_task(self.plug()))

    def run(self, name, rest, whole):
        d = self.d
        if not name or (name[0].isalpha() and name != "I") or name in ("&F", "&W", "&D", "&C") or whole[:1] == "&":
            if name[:1] == "E":
                self.echo = rest != "0"
            return []
        if name == "I":
            return d["ati"].format(imei=self.imei).split("\n") if rest in ("", "0") else []
        if time.monotonic() < self.up and name in ("+CPIN", "+CIMI", "+CPMS", "+CNMI", "+CMGL", "+CMGR", "+CREG", "+COPS", "+CSCA", "+CRSM"):
            raise Refused("CMS" if name in ("+CPMS", "+CNMI", "+CMGL", "+CMGR") else "CME", 314 if name[:3] == "+CM" else 14)
        if self.locked and name in ("+CIMI", "+CPMS", "+CNMI", "+CMGL", "+CMGR", "+CMGD", "+CSCA", "+COPS"):
            raise Refused("CMS" if name[:4] in ("+CPM", "+CNM", "+CMG") else "CME", 311 if name[:4] in ("+CPM", "+CMG") else 11)
        if whole == d["iccid"][0]:
            return [d["iccid"][1].format(i=self.iccid, s=swapped(self.iccid))]
        if whole in d.get("extra", {}):
            return [d["extra"][whole]]
        handler = getattr(self, "at_" + name[1:].lower(), None)
        if handler is None or name[0] != "+" or (name == "+CESQ" and "cesq" not in d) or (name == "+CMGL" and d.get("no_cmgl")):
            raise Refused("no", 0)
        return handler(rest)

    def at_cmee(self, rest):
        if self.d.get("cmee") is False and self.d.get("quiet"):
            raise Refused("no", 0)
        self.cmee = rest != "=0"
        return []

    def ident(self, text, tag):
        return [f'+{tag}: "{text}"' if self.d.get("framed") == "quoted" else text]

    def at_cgmi(self, rest): return [self.d["maker"]]
    def at_cgmm(self, rest): return self.ident(self.d["model"], "CGMM")
    def at_cgmr(self, rest): return self.d.get("cgmr", self.d.get("fw_any", (self.d["firmware"],))[0]).split("\n")
    def at_cgsn(self, rest): return [f"+CGSN: {self.imei}"] if self.name.startswith("l610") else [self.imei]
    at_gmi, at_gmm, at_gmr, at_gsn = at_cgmi, at_cgmm, at_cgmr, at_cgsn
    def at_cimi(self, rest): return [self.imsi]
    def at_cfun(self, rest): return [f"+CFUN: {self.fun}"] if rest == "?" else self.set_fun(rest)
    def at_csms(self, rest): return ["+CSMS: 1,1,1"]
    def at_csca(self, rest): return ['+CSCA: "+447785016005",145'] if rest == "?" else []
    def at_csq(self, rest): return [f"+CSQ: {self.d.get('csq', '20,99')}"]
    def at_cesq(self, rest): return [f"+CESQ: {self.d['cesq']}"]
    def at_clip(self, rest): return []
    def at_cmgf(self, rest): return ["+CMGF: 0"] if rest == "?" else []
    def at_cnma(self, rest): return []
    at_crc = at_csdh = at_ctzr = at_ctzu = at_clip

    def set_fun(self, rest):
        if not re.fullmatch(r"=\d(,0)?", rest):
            raise Refused("no", 0)
        self.fun = int(rest[1])
        return []

    def at_cpin(self, rest):
        if rest == "?":
            return ["+CPIN: SIM PIN"] if self.locked else [self.d.get("cpin", "+CPIN: READY")]
        if not self.locked:
            raise Refused("CME", 3)
        if rest.strip('="') != self.d["pin"]:
            self.tries -= 1
            raise Refused("CME", 16)
        self.locked, self.up = False, time.monotonic() + 1
        return []

    def at_cscs(self, rest):
        if rest[:1] == "=" and rest[1] != "?":
            self.charset = rest.strip('="')
        return [f'+CSCS: "{self.charset}"'] if rest == "?" else []

    def registration(self, family, rest):
        if family == "CEREG" and self.d["technology"] != "lte":
            raise Refused("no", 0)
        if rest[:1] == "=":
            self.creg = int(rest[1]) if rest[1:2].isdigit() else 0
            return []
        if self.locked or self.fun != 1 or (family != self.d["reg"] and self.d.get("eps_only")):
            return [f"+{family}: {self.creg},{'4' if family == 'CEREG' else '0'}"]
        state = 5 if self.d.get("roaming") else 1
        return [f"+{family}: " + self.d.get("creg_form", f"{self.creg},{state}" if self.creg < 2 else f'{self.creg},{state},"8BE3","00002BAF",{self.d["act"] or 0}')]

    def at_creg(self, rest): return self.registration("CREG", rest)
    def at_cgreg(self, rest): return self.registration("CGREG", rest)
    def at_cereg(self, rest): return self.registration("CEREG", rest)

    def at_cops(self, rest):
        d = self.d
        if rest[:2] == "=3":
            if d.get("cops_text") is None:
                self.cops = int(rest[3])
            return []
        if rest != "?":
            raise Refused("CME", 3)
        text = d["operator"][1] if self.cops == 2 else d["operator"][0]
        if self.cops != 2 and (self.charset == "UCS2" or d.get("ucs2_names")):
            text = text.encode("utf-16-be").hex().upper()
        gap = ", " if d.get("meddle") else ","
        return ["+COPS: " + gap.join(["0", str(self.cops), f'"{text}"'] + ([] if d["act"] is None else [str(d["act"])]))]

    # -- SMS

    def used(self, memory):
        stores = list(self.stores.values()) if memory == "MT" else [self.stores[memory]]
        return [sum(len(s.places) for s in stores), sum(s.size for s in stores)]

    def at_cpms(self, rest):
        mems = list(self.d["mems"])
        if rest == "=?":
            if self.d.get("quiet"):
                return ['+CPMS: (("SM"),("SM"),("SM"))']
            return ["+CPMS: " + ",".join(["(" + ",".join(f'"{m}"' for m in mems) + ")"] * 3)]
        if rest == "?":
            row = [f'"{m}",{u},{t}' for m in (self.memory, self.memory, self.mem3) for u, t in [self.used(m)]]
            return ["+CPMS: " + ",".join(row)]
        wanted = re.findall(r"[A-Z]{2}", rest.upper())
        if not wanted or any(m not in mems for m in wanted):
            raise Refused("CMS", 302)
        self.memory = wanted[0]
        if len(wanted) == 3:
            self.mem3 = wanted[2] if wanted[2] in self.stores else next(iter(self.stores))
        if self.d.get("names_only"):
            return ["+CPMS: " + ",".join(f'"{m}",{u},{t}' for m in wanted for u, t in [self.used(m)])]
        return ["+CPMS: " + ",".join(f"{u},{t}" for m in (wanted * 3)[:3] for u, t in [self.used(m)])]

    def at_cnmi(self, rest):
        if rest == "=?":
            return [f'+CNMI: {self.d.get("cnmi", "(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)")}']
        if rest == "?":
            return [f"+CNMI: {self.cnmi[0]},{self.cnmi[1]},0,0,0"]
        values = [int(v or 0) for v in rest.strip("=").split(",")] + [0] * 5
        if values[4] != self.d.get("cnmi_bfr", values[4]):
            raise Refused("CMS", 303)
        self.cnmi = values[:2]
        return []

    def places(self):
        """Every message of the chosen memory: MT shows SM first, then ME after SM's places."""
        if self.memory != "MT":
            return [(at, place, self.stores[self.memory]) for at, place in sorted(self.stores[self.memory].places.items())]
        found, offset = [], 0
        for store in self.stores.values():
            found += [(at + offset, place, store) for at, place in sorted(store.places.items())]
            offset += store.size
        return found

    def at_cmgl(self, rest):
        if not re.fullmatch(r"(=[0-4])?", rest):
            raise Refused("CMS", 305)
        wanted, lines = int(rest[1:] or 0), []
        for at, place, _ in self.places():
            if wanted in (place[0], 4):
                lines += [f"+CMGL: {at},{place[0]},{'' if self.d.get('lines') else ','}{length(place[1])}", place[1]]
                place[0] = 1
        return lines

    def at_cmgr(self, rest):
        for at, place, _ in self.places():
            if rest == f"={at}":
                status, place[0] = place[0], 1
                return [f"+CMGR: {status},,{length(place[1])}", place[1]]
        if self.d["maker"] in ("Quectel", "SIMCOM_Ltd", "Telit"):  # an empty place is no error
            return []
        raise Refused("CMS", 321)

    def at_cmgd(self, rest):
        if rest == "=?":
            return ["+CMGD: (" + ",".join(str(at) for at, _, _ in self.places()) + "),(0-4)"]
        number = int(re.match(r"=(\d+)", rest).group(1))
        for at, place, store in self.places():
            if at == number:
                store.places = {k: v for k, v in store.places.items() if v is not place}
        self.network()
        return []

    def network(self):
        """The network hands over what waits for a free place, and the modem announces it, or not."""
        store = self.stores[self.mem3]
        while self.net and (at := store.add(self.net[0])) is not None:
            pdu = self.net.pop(0)
            self.count += 1
            if self.cnmi[1] == 1 and not (self.d.get("cmti_lost") and self.count % self.d["cmti_lost"] == 0):
                self.urc(f'+CMTI: "{self.mem3}",{self.d.get("cmti", at)}')
        if self.net and not self.hung:
            self.urc("^SMMEMFULL: \"SM\"" if self.d.get("maker") == "huawei" else "+CMS ERROR: 322")

    def rain(self, count):
        for _ in range(count):
            number, when = len(self.given) + 1, 1790000000 + len(self.given) * 61
            sender = ["+4915112345678", "12345", "Signal", "+905321234567"][number % 4]
            text = f"{self.name} {number} " + ["code 123456", "Ключ 88-12", "x" * 200, "a £ @ ñ", "Ω" * 90 + "—🙂"][number % 5]
            long = len(text) > 160 or (len(text) > 70 and any(c not in GSM7 for c in text))
            pdus = parts(sender, text, when, number + 4096 * (number % 2), number % 2) if long else [deliver(sender, text, when)]
            self.net += reversed(pdus) if number % 3 == 0 else pdus
            self.given.append({"from": sender, "text": text})

    async def live(self):
        await (self.open_tcp() if self.options.tcp and self.name in self.options.tcp.split(",") else self.open_pty())
        asyncio.create_task(self.pump())
        asyncio.create_task(self.chatter())

    async def chatter(self):
        while True:
            await asyncio.sleep(self.random.uniform(0.7, 2.5))
            if not self.plugged or self.hung:
                continue
            for line in self.d.get("noise", [])[: self.random.randrange(4)]:
                self.urc(line)
            if self.d.get("garbage") and self.random.random() < 0.2:
                self.out.put_nowait((0, b"\0\xff" * 40 + bytes(self.random.randrange(33, 127) for _ in range(64)) * 16384 + b"\r\n"))


class Refused(Exception):
    """(kind, code) of a CME or CMS error, or ("no", 0) for a command that the modem does not know."""


def length(pdu):
    return len(pdu) // 2 - int(pdu[:2], 16) - 1


async def answer(farm, ask):
    do, modem = ask["do"], farm.get(ask.get("modem", ""))
    if do == "sms":
        modem.net.append(ask["pdu"])
        modem.given.append({"from": ask["from"], "text": ask["text"]})
        modem.network()
    elif do == "rain":
        for each in [modem] if modem else farm.values():
            each.rain(ask.get("count", 1))
            each.network()
    elif do == "hang":
        modem.hung = ask.get("until", "reopen")
    elif do == "unplug":
        modem.unplug()
    elif do == "plug":
        for each in [modem] if modem else farm.values():
            await each.plug()
    elif do == "swap":  # two SIMs change places, with what lies on them
        other = farm[ask["with"]]
        for field in ("iccid", "imsi", "given", "net"):
            mine, theirs = getattr(modem, field), getattr(other, field)
            setattr(modem, field, theirs), setattr(other, field, mine)
        modem.stores["SM"], other.stores["SM"] = other.stores["SM"], modem.stores["SM"]
    return {"modems": [{"name": m.name, "port": m.port, "truth": m.truth(), "given": m.given, "boots": m.boots,
                        "waiting": len(m.net), "stored": sum(len(s.places) for s in set(m.stores.values()))} for m in farm.values()]}


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--tcp", default="", help="names of modems on TCP, with commas")
    parser.add_argument("--unplugged", action="store_true", help="every modem waits to be plugged in")
    parser.add_argument("--modems", default=",".join(DIALECTS), help="dialects; ec25-2 is a second EC25")
    options = parser.parse_args()
    os.makedirs(options.dir, exist_ok=True)
    farm = {name: Modem(name, at + 1, options) for at, name in enumerate(options.modems.split(","))}
    for modem in farm.values():
        await modem.live()
    print(json.dumps(await answer(farm, {"do": "state"})), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await answer(farm, json.loads(line))), flush=True)
    os._exit(0)  # ptys and tasks go with the process


asyncio.run(main())
