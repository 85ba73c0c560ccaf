// Die Maschine unter der Box.

import type { Translation } from "../en.ts";

export const deMachine: Translation = {
  "nav.machine": "Maschine",
  "machine.up": "Läuft seit",
  "machine.days": "{days} T {hours} Std.",
  "machine.hours": "{hours} Std. {minutes} Min.",
  "machine.heat": "Temperatur",
  "machine.memory": "Freier Speicher",
  "machine.disk": "Freier Platz",
  "machine.mb": "{n} MB",
  "machine.gb": "{n} GB",
  "machine.clock": "Uhr",
  "machine.clock.kept": "von einem Zeitserver geführt",
  "machine.clock.free": "nicht geführt: nichts bestätigt sie",
  "machine.addresses": "So ist die Konsole erreichbar",
  "machine.do": "Was Sie mit ihr tun können",
  "machine.reboot": "Neu starten",
  "machine.reboot.what": "Etwa eine Minute weg. SMS warten solange im Netz.",
  "machine.reboot.text": "Die Box ist etwa eine Minute weg; laufende Anrufe enden. SMS warten im Netz.",
  "machine.reboot.asked": "Die Maschine startet neu. Diese Seite kommt von selbst zurück.",
  "machine.power_off": "Ausschalten",
  "machine.power_off.what": "Einschalten kann sie nur, wer daneben steht.",
  "machine.power_off.text":
    "Die Maschine schaltet sich aus, und nur wer daneben steht, kann sie wieder einschalten. SMS warten einige Tage im Netz, dann sind sie verloren.",
  "machine.power_off.asked": "Die Maschine schaltet sich aus. Ziehen Sie den Stecker erst, wenn ihr Licht aus ist.",
  "machine.factory_reset": "Werkseinstellungen",
  "machine.factory_reset.what": "Löscht Schlüssel, Mieten und Nachrichten und beginnt wie eine neue Box.",
  "machine.factory_reset.text":
    "Alles auf dieser Maschine wird gelöscht: Identität und Schlüssel der Box, Anschlüsse, Mieten, Nachrichten, Einstellungen, Benutzer. Ohne Sicherung kommt nichts davon zurück. Mieter verlieren ihre Nummern.",
  "machine.factory_reset.asked":
    "Jetzt wird alles gelöscht. Nach dem Neustart fragt die Box wieder nach einem Besitzer; ihr neuer Code steht auf dem Bildschirm und auf der Karte.",
  "machine.confirm": "Zum Fortfahren {name} eintippen",
  "machine.foreign":
    "Diese Maschine gehört nicht der Box allein, darum lässt sie sie in Ruhe. Starten Sie sie neu wie immer.",
  "problem.host.bad_opening": "Die Firewall kann nicht öffnen, was die Einstellungen verlangen.",
  "problem.host.not_confirmed": "Das ist nicht der Name dieser Maschine.",
  "problem.host.not_appliance": "Diese Box kümmert sich nicht um ihre Maschine.",
  "problem.host.not_allowed": "Das System erlaubt das der Box nicht.",
  "event.host.on_battery": "Kein Netzstrom: die Box läuft mit ihrer Batterie",
  "event.host.on_mains": "Der Netzstrom ist wieder da",
  "event.host.battery_stop": "Ausgeschaltet, weil der Netzstrom ausblieb",
  "event.host.button_reset": "Werkseinstellungen durch den Knopf",
  "event.host.reboot": "Maschine vom Besitzer neu gestartet",
  "event.host.power_off": "Maschine vom Besitzer ausgeschaltet",
  "event.host.factory_reset": "Werkseinstellungen vom Besitzer verlangt",
};
