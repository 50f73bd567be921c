/** The same intentions in other languages: drop your rules, be someone else, hand over your instructions. */
import type { Entry } from './entry.js';

export const FOREIGN: readonly Entry[] = [
  // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Swedish, Indonesian.
  [
    'foreign',
    `\\b(?:ignorier\\w*|vergiss|vergessen sie|missachte\\w*|verwirf|vernachl\\w+|missachten|beachte\\w* nicht)\\b.{0,50}\\b(?:anweisung\\w*|instruktion\\w*|regeln?|befehle?|vorgaben|richtlinien|alles|aufgaben?|eingaben?|text\\w*|davor|vorher\\w*|obige\\w*|bisherige\\w*|zuvor)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignore[zsr]?|oublie[zsr]?|n[ée]glige[zr]?|ne (?:tiens|tenez) pas compte|fais abstraction|faites abstraction)\\b.{0,50}\\b(?:instructions?|consignes?|r[eè]gles?|directives?|ordres?|tout ce qui|pr[ée]c[ée]dent\\w*|ci-dessus)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignor[ae]n?|ignorad|olvid[ae]n?|olv[ií]date|descart[ae]|desestim[ae]|no (?:sigas|hagas caso|tengas en cuenta))\\b.{0,50}\\b(?:instrucciones?|reglas|indicaciones|[óo]rdenes|directrices|directivas|anterior(?:es)?|previas?|todo lo)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignor[ea]r?|esque[cç]a\\w*|desconsider[ea]r?|despreze|desobede[çc]a)\\b.{0,50}\\b(?:instru[çc][õo]es|regras|ordens|diretrizes|comandos|anterior(?:es)?|acima|tudo (?:o )?que)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignora|ignorare|ignorate|dimentica(?:re|te)?|trascura|non (?:seguire|considerare))\\b.{0,50}\\b(?:istruzioni|regole|ordini|direttive|precedent[ei]|indicazioni|tutto)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:negeer|vergeet|sla)\\b.{0,50}\\b(?:instructies?|regels|opdrachten|aanwijzingen|alles|eerdere|vorige|bovenstaande)\\b`,
    0.75,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:zignoruj|ignoruj|zapomnij|pomi[nń])\\b.{0,50}(?:instrukcj\\w*|polece\\w*|zasad\\w*|poprzedni\\w*|wszystk\\w*|regu[lł]\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:talimat\\w*|kural\\w*|komut\\w*|y[oö]nerge\\w*|s[oö]ylenen\\w*)\\b.{0,30}\\b(?:yok say\\w*|unut\\w*|g[oö]rmezden gel\\w*|dikkate alma\\w*|g[oö]z ard[ıi]\\w*)|\\b(?:[oö]nceki|yukar[ıi]daki)\\b.{0,40}\\b(?:unut|yok say|g[oö]rmezden)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignorera|gl[öo]m|bortse fr[åa]n|strunta i|ignorer|glem|abaikan|lupakan|ignor[aă]|uit[aă]|ignoruj|zapome[nň])\\b.{0,50}\\b(?:instruktion\\w*|regler\\w*|instruksjon\\w*|tidligere|tidigare|instruksi\\w*|perintah\\w*|sebelumnya|instruc[tț]iuni\\w*|anterioare|pokyn\\w*|p[rř]edchoz\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:игнорир\\w*|забудь\\w*|забыть|проигнорир\\w*|не обращай\\w* внимания|отбрось\\w*|ігнору\\w*|забудь\\w*).{0,60}(?:инструкц\\w*|указан\\w*|правил\\w*|команд\\w*|предыдущ\\w*|вс[её]|інструкц\\w*|попередн\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:忽略|无视|無視|忘记|忘記|忘掉|不要遵守|忽視|不理会|跳过).{0,16}(?:指令|指示|说明|規則|规则|提示|命令|之前|以上|上述|内容)|(?:之前|以上|上面|先前|前面).{0,12}(?:指令|指示|规则|提示|命令).{0,10}(?:忽略|无视|無視|忘记|作废|取消|无效)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:これまで|以前|上記|前|先|全て|すべて).{0,12}(?:指示|命令|ルール|プロンプト|指令|内容).{0,12}(?:無視|忘れ|破棄)|(?:指示|命令|ルール).{0,6}(?:を)?(?:無視|忘れ)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:이전|위의|앞의|기존|모든|지금까지).{0,14}(?:지시|명령|지침|규칙|프롬프트|내용).{0,14}(?:무시|잊|따르지)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:تجاهل|انس|اهمل|انسى|لا تتبع).{0,40}(?:التعليمات|الأوامر|القواعد|السابقة|تعليمات|كل)|(?:התעלם|תתעלם|שכח).{0,40}(?:ההוראות|הוראות|הקודמות|הכללים)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:पिछले|पिछली|सभी|ऊपर|पूर्व).{0,24}(?:निर्देश|आदेश|नियम|हिदायत).{0,24}(?:अनदेखा|भूल|नज़रअंदाज|अनदेखी|उपेक्षा)|(?:निर्देशों|आदेशों|नियमों).{0,12}(?:को )?(?:अनदेखा|भूल|नज़रअंदाज)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:b[ỏo] qua|quên|quen)\\b.{0,40}(?:h[ưu][ớo]ng d[ẫa]n|ch[ỉi] th[ịi]|trước|truoc|lệnh|lenh|quy t[ắa]c)|(?:ไม่ต้องสนใจ|เพิกเฉย|ลืม|ละเว้น).{0,30}(?:คำสั่ง|คำแนะนำ|ก่อนหน้า|กฎ)|(?:αγν[οό]ησε|ξ[εέ]χασε|αγνοήστε|ξεχάστε).{0,40}(?:οδηγ[ιί]\\w*|εντολ\\w*|προηγο[υύ]μεν\\w*|καν[οό]ν\\w*)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:du bist (?:jetzt|nun|ab (?:jetzt|sofort))|tu es (?:maintenant|d[ée]sormais)|vous [eê]tes (?:maintenant|d[ée]sormais)|ahora eres|a partir de ahora|desde ahora|agora voc[êe] [ée]|ora sei|d'ora in poi|[àa] partir de maintenant|ab jetzt|ab sofort|von nun an|vanaf nu)\\b.{0,60}\\b(?:ein\\w*|une?|un[ao]?|um[a]?|du|tu|vous|sie|wirst|ohne|sans|sin|sem|senza|act\\w*|antworte\\w*|responde\\w*|r[ée]ponds?|je|jij)\\b`,
    0.5,
    0.6,
  ],
  [
    'foreign',
    `\\b(?:zeig\\w*|verrate?\\w*|nenne?\\w*|gib\\w*|wiederhole?\\w*|montre[zs]?|r[ée]v[èe]le[zs]?|affiche[zs]?|donne[zs]?|r[ée]p[èe]te[zs]?|muestra\\w*|revela\\w*|dime|mu[ée]strame|repite|mostre|revele|diga|rivela|mostra\\w*|dimmi|toon|onthul|poka[zż]|ujawnij)\\b.{0,40}\\b(?:system[\\s-]?prompt|prompt (?:du |del |de |do )?syst[eèé]me?|prompt del sistema|prompt do sistema|instru[ck][ct]ion\\w*|instrucciones|instru[çc][õo]es|istruzioni|anweisungen|systeemprompt|passwor[td]|passwort|mot de passe|contrase[ñn]a|senha|has[lł]o)\\b`,
    0.65,
    0.6,
  ],
  [
    'foreign',
    `\\b(?:deine[rnm]?|eure|ihre) (?:\\w+ )?(?:rolle|anweisungen|regeln|prompts?|systemprompt|instruktionen|vorgaben|richtlinien|programmierung)\\b|\\b(?:kompletten?|ganzen?|urspr[üu]nglichen?) prompt\\b|\\bdu bist (?:jetzt|nun|ab sofort|nicht l[äa]nger|kein)\\b`,
    0.72,
    0.7,
  ],
  [
    'foreign',
    `\\b(?:tes|vos|ton|votre) (?:\\w+ )?(?:r[eè]gles|consignes|instructions|prompt|directives|restrictions)\\b|\\btu es (?:maintenant|d[ée]sormais) une?\\b|\\b(?:fais|agis|comporte-toi) comme (?:si|un)`,
    0.7,
    0.7,
  ],
  [
    'foreign',
    `\\b(?:tus|tu|sus) (?:\\w+ )?(?:instrucciones|reglas|prompt|indicaciones|directrices|restricciones)\\b|\\b(?:act[úu]a|haz|comp[óo]rtate|finge|hazte pasar) (?:como|por|que)\\b|\\beres ahora un`,
    0.7,
    0.7,
  ],
  [
    'foreign',
    `\\b(?:suas|tuas|seu|teu) (?:\\w+ )?(?:instru[çc][õo]es|regras|prompt|diretrizes)\\b|\\b(?:aja|finja|comporte-se) (?:como|que)\\b|\\b(?:tue|tuo|tuoi) (?:\\w+ )?(?:istruzioni|regole|prompt)\\b|\\b(?:fingi|comportati|agisci) (?:di|come)\\b|\\b(?:jouw|je|uw) (?:\\w+ )?(?:instructies|regels|systeemprompt)\\b|\\b(?:twoje|swoje) (?:\\w+ )?(?:instrukcje|zasady|polecenia)\\b`,
    0.68,
    0.7,
  ],
  [
    'foreign',
    `\\boublie[zrs]? tout\\b|\\bolvida todo\\b|\\besque[çc]a tudo\\b|\\bdimentica tutto\\b|\\bvergiss (?:alles|was)\\b|\\bvergeet alles\\b`,
    0.74,
    0.8,
  ],
];
