// In Spanish, before the account is open: make an identity, bring one back, unlock.

import type { Translation } from "../en.ts";

export const esEntrance: Translation = {
  "new.title": "Su propia clave para sus números",
  "new.text":
    "Los números que alquila envían sus SMS a una clave que se crea en este navegador y nunca sale de él. Sin nombre, sin correo, sin cuenta en ningún sitio.",
  "new.create": "Crear una identidad nueva",
  "new.import": "Tengo una copia o un archivo de clave",
  "create.title": "Elija una frase de contraseña",
  "create.text":
    "Cierra su clave en este dispositivo. Nadie puede restablecerla: apúntela en un lugar seguro. Unas cuantas palabras al azar son mejores que una sola ingeniosa.",
  "create.passphrase": "Frase de contraseña",
  "create.repeat": "Repítala",
  "create.submit": "Crear mi identidad",
  "create.busy": "Creando su clave …",
  "create.short": "Al menos 10 caracteres.",
  "create.weak": "Demasiado fácil de adivinar: se prueba entre las primeras. Use unas palabras al azar.",
  "create.differ": "Las dos no coinciden.",
  "create.suggest": "Sugerir una",
  "create.suggested": "Anótela ahora: solo se muestra esta vez.",
  "import.title": "Recuperar su identidad",
  "import.text":
    "Elija la copia de seguridad que guardó o un archivo de clave de Privateness. También puede pegar su texto.",
  "import.file": "Elegir un archivo",
  "import.paste": "O péguelo aquí",
  "import.scan": "Leer el código QR con la cámara",
  "import.scan.aim": "Ponga el código QR de su copia ante la cámara.",
  "import.scan.stop": "Apagar la cámara",
  "import.scan.picture": "Elegir una foto del código QR",
  "import.scan.read": "Código leído. Escriba abajo su frase de contraseña.",
  "import.passphrase": "Frase de contraseña de la copia",
  "import.passphrase.help": "Déjela vacía si el archivo de clave no tiene.",
  "import.own": "Frase de contraseña nueva para este dispositivo",
  "import.own.help": "Solo para un archivo de clave que no tenga. Una copia conserva la suya.",
  "import.submit": "Recuperar",
  "import.busy": "Abriendo …",
  "import.empty": "Primero elija un archivo o pegue su texto.",
  "import.too_large": "Este archivo es demasiado grande para ser una copia de seguridad.",
  "unlock.title": "Desbloquear",
  "unlock.text": "Su clave y sus mensajes están cifrados en este dispositivo.",
  "unlock.passphrase": "Frase de contraseña",
  "unlock.submit": "Desbloquear",
  "unlock.busy": "Desbloqueando …",
  "unlock.forgot": "¿Olvidada? ¿Otra identidad?",
  "unlock.forgot.text":
    "Una frase de contraseña olvidada no se puede averiguar; nosotros tampoco podemos. Con una copia cuya frase conozca puede empezar de nuevo: olvide lo que hay en este dispositivo y después recupere la copia.",
  "unlock.erase": "Olvidar todo lo de este dispositivo",
  "entrance.privacy": "¿Qué es privado aquí y qué no?",
};
