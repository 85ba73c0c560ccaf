// The guide in Spanish: who may learn what (design, section 7), in plain words.

import type { Translation } from "../en.ts";

export const esPrivacy: Translation = {
  "privacy.title": "Qué es privado y qué no",
  "privacy.lead":
    "En pocas palabras: por nuestra parte, lo que dicen sus mensajes es solo para usted, pero la red telefónica transporta los SMS a la vista.",
  "privacy.texts": "Qué dicen sus mensajes y quién los envió",
  "privacy.texts.you": "Usted: su navegador los descifra con una clave que nunca sale de él.",
  "privacy.texts.relay":
    "El relay que sirve esta página: nunca. Guarda sobres sellados y los entrega a quien tiene la clave.",
  "privacy.texts.box":
    "El equipo del proveedor: por un momento, en su memoria, entre el módem y el sello. Un proveedor deshonesto podría leerlos a la vez: elija uno en quien confíe.",
  "privacy.texts.gsm":
    "La red telefónica y quien lo envió: sí. Allí los SMS no van cifrados, y ninguna aplicación puede cambiarlo.",
  "privacy.number": "Que un número es suyo",
  "privacy.number.relay":
    "El relay: no. Conoce una oferta y un alquiler por identificadores al azar, no el número ni su nombre.",
  "privacy.number.box":
    "El proveedor: que el número lo alquila una clave determinada. Cada alquiler tiene su propia clave, así que no puede saber cuáles van juntos.",
  "privacy.number.receipts":
    "Quien conoce su número puede encontrar su oferta: desde el día siguiente, el relay muestra a todos cuándo llegó cada mensaje, al segundo, con la clave del alquiler. Así lo ha firmado el proveedor, y cualquiera puede calcular con ello su reputación. Quien le envía un SMS encuentra allí su segundo, y cuántos otros llegaron y cuándo; ningún texto, ningún remitente, ningún número. La clave es solo la de este alquiler.",
  "privacy.number.chain": "La cadena de bloques: nunca.",
  "privacy.you": "Quién es y dónde está",
  "privacy.you.ip":
    "El relay ve la dirección de internet desde la que llega y cuándo está conectado. Use Tor o una VPN si eso importa.",
  "privacy.you.keys":
    "Sus números tienen claves propias, pero los lee todos desde la misma dirección a la misma hora: un relay que observe puede adivinar que son de una sola persona.",
  "privacy.pay": "Qué paga",
  "privacy.pay.emc": "Los EMC normales quedan en la cadena de bloques para siempre, a la vista de todos.",
  "privacy.pay.randpay":
    "Un ticket RANDPAY que pierde no deja rastro; uno que sale premiado es un pago como cualquier otro.",
  "privacy.pay.escrow":
    "El documento de un depósito en garantía nombra importe, claves y direcciones de los tres; este relé lo ve cuando paga un pedido. Sus monedas quedan en la cadena de bloques para siempre.",
  "privacy.calls": "Llamadas",
  "privacy.calls.text":
    "El sonido va cifrado entre su teléfono y el equipo del proveedor si la cuenta lo dice. A partir del equipo es una llamada telefónica corriente.",
  "privacy.device": "Este dispositivo",
  "privacy.device.text":
    "La clave, los mensajes y los recibos están cifrados con su frase de contraseña. Bloqueado, nadie los lee sin ella. Desbloqueado, los lee quien esté sentado aquí.",
  "privacy.device.page":
    "Estas páginas vienen del relay. Un relay deshonesto podría servir páginas que revelen su clave; quien no pueda aceptarlo usa la línea de comandos o pone en marcha su propio relay.",
  "privacy.trust": "Qué se comprueba por usted",
  "privacy.trust.text":
    "Que una oferta es del propio proveedor, que cada mensaje está firmado por él, que antes del último no se ha cambiado ni omitido ninguno. Lo que no supera una comprobación no se muestra como mensaje.",
};
