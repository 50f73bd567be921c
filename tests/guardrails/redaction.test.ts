import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactJson, redactText } from '../../src/guardrails/redaction.js';
import type { JsonValue } from '../../src/json.js';

const S = 'Zx9-hunter2-Qq7';
// Put together at run time, so that no scanner takes this file for a leak.
const jwt = ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.');
const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0aB3dE6gH9jK2mN5pQ8sT';
const pem = (kind: string) =>
  `-----BEGIN ${kind}PRIVATE KEY-----\nMIIB${letters}\n${letters}\n-----END ${kind}PRIVATE KEY-----`;

describe('secrets in text', () => {
  const secrets: [string, string, string][] = [
    ['YAML', `password: ${S}`, S],
    ['YAML with a comment name', `  db_password: "${S}"`, S],
    ['an environment variable', `DB_PASSWORD=${S} ./start`, S],
    ['a log field', `level=info token=${S} user=bob`, S],
    ['a JSON field', `{"clientSecret":"${S}","user":"bob"}`, S],
    ['escaped JSON', `"{\\"apiKey\\":\\"${S}\\"}"`, S],
    ['a flag', `mysql --password=${S} -h db`, S],
    ['a flag with a space', `mysql --password ${S} -h db`, S],
    ['a value with spaces on its own line', 'passphrase: correct horse battery staple', 'horse'],
    ['a block of YAML', 'password: |\n  first half\n  second half\nnext: kept', 'second half'],
    ['a pair of name and value in YAML', `- name: DB_PASSWORD\n  value: ${S}`, S],
    ['a header', `Authorization: Bearer ${letters}`, letters],
    ['a header in a command', `curl -H 'X-Api-Key: ${S}' https://x`, S],
    ['basic credentials', 'Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['a password in a URL', `postgres://app:${S}@db:5432/shop`, S],
    ['a password with a slash in a URL', 'amqp://app:pa/ss@mq:5672', 'pa/ss'],
    ['a query', `https://x/y?access_token=${S}&page=2`, S],
    ['a connection string', `Server=db;User=sa;Password=${S};Encrypt=true`, S],
    ['an account key', `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${letters}==;`, letters],
    ['a JWT', `got ${jwt} from`, jwt.slice(-10)],
    ['a JWT without its end', `got ${jwt.slice(0, -30)}`, 'eyJzdWIi'],
    ['a private key', `key:\n${pem('RSA ')}\nend`, letters],
    ['a private key whose end was cut off', pem('EC ').slice(0, 60), 'MIIB'],
    ['a private key on one line', pem('').replaceAll('\n', '\\n'), letters],
    ['an AWS key id', `id AKIA${'IOSFODNN7EXAMPLE'} here`, 'IOSFODNN7EXAMPLE'],
    ['an AWS secret', `aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, 'wJalrXUtnFEMI'],
    ['a GitHub token', `ghp_${letters.slice(0, 36)}`, letters.slice(0, 36)],
    ['a GitLab token', `glpat-${letters.slice(0, 20)}`, letters.slice(0, 20)],
    ['a Slack token', `xoxb-${'123456789012-abcdefghijkl'}`, 'abcdefghijkl'],
    ['an Anthropic key', `sk-ant-api03-${letters}`, letters],
    ['a Google key', `AIza${letters.slice(0, 35)}`, letters.slice(0, 35)],
    ['a kubeconfig token', `users:\n- name: admin\n  user:\n    token: ${S}`, S],
    ['a kubeconfig key', `    client-key-data: ${letters}`, letters],
    ['a kubeconfig certificate', `    client-certificate-data: ${letters}`, letters],
    ['describe output', `    Environment:\n      DB_PASSWORD:  ${S}\n      HOST:  db`, S],
    ['a diff', `-  DB_PASSWORD: old-${S}\n+  DB_PASSWORD: new-${S}`, S],
    ['something opaque next to "key"', `session key=${letters}`, letters],
    ['a private key in base64', Buffer.from(pem('RSA ')).toString('base64'), 'UFJJVkFURSBLRVk'],
    ['a Databricks token', `dapi${'0123456789abcdef'.repeat(2)}`, '0123456789abcdef'],
    ['a Docker token', `dckr_pat_${letters.slice(0, 27)}`, letters.slice(0, 27)],
    ['a Telegram token', `12345678:AA${letters.slice(0, 33)}`, letters.slice(0, 33)],
    ['a Grafana token', `glsa_${letters.slice(0, 32)}_0a1b2c3d`, letters.slice(0, 32)],
    ['a docker config', `.dockerconfigjson: ${letters}`, letters],
    ['a password of curl', `curl -su admin:${S} https://x`, S],
    ['a password of mysql', `mysql -uroot -p${S} shop`, S],
    ['a password of sshpass', `sshpass -p ${S} ssh x`, S],
    ['arguments in a list', `args: ["--db-password", "${S}", "--port", "80"]`, S],
    ['arguments in JSON', `"args":["--db-password","${S}"]`, S],
    ['arguments on lines of their own', `args:\n  - --db-password\n  - ${S}\n  - --port`, S],
    ['arguments on lines of their own, quoted', `args:\n  - "--db-password"\n  - "${S} and more"`, S],
    [
      'a Slack webhook',
      `https://hooks.slack.com/services/T00000000/B00000000/${letters.slice(0, 24)}`,
      letters.slice(0, 24),
    ],
    ['a Go data source', `user:${S}@tcp(db:3306)/x`, S],
    ['a password with an @ in a URL', 'postgres://app:p@ss/w0rd!@db/shop', 'w0rd'],
    ['a pair with the value first, in JSON', `[{"value":"${S}","name":"API_TOKEN"}]`, S],
    ['a pair with the value first, in YAML', `- value: ${S}\n  name: DB_PASSWORD`, S],
    ['an element', `<password>${S}</password>`, S],
    ['a sentence', 'The password is Tr0ub4dor&3.', 'Tr0ub4dor'],
    ['another language', 'Passwort: Geheim123!', 'Geheim123'],
    ['a quoted token in a sentence', 'using token "abcdefghijklmnop12345678" now', 'abcdefghijklmnop12345678'],
    ['a bcrypt hash', `admin:$2b$12$${letters}abc`, letters],
    ['an Apache hash', `admin:$apr1$abcdefgh$${letters.slice(0, 22)}`, letters.slice(0, 22)],
    [
      'a kubeconfig in base64',
      `conf: ${Buffer.from(`apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    token: ${S}\n`).toString('base64')}`,
      'dXNlcnM',
    ],
    ['Windows line ends', `password: ${S}\r\nuser: bob\r\n`, S],
  ];
  it.each(secrets)('%s', (_, text, secret) => {
    const { text: redacted, count } = redactText(text);
    expect(redacted).not.toContain(secret);
    expect(redacted).toContain('[redacted]');
    expect(count).toBeGreaterThan(0);
  });

  const harmless = [
    'secretName: db-credentials',
    'Error: secret "db-credentials" not found',
    'MountVolume.SetUp failed for volume "v" : references non-existent secret key: password',
    'tokenExpirationSeconds: 3607',
    'automountServiceAccountToken: false',
    'imagePullSecrets:\n- name: registry',
    'key: node.kubernetes.io/not-ready',
    'image: registry.example.com/shop/web@sha256:4e1c5a5f3b2d1a0987654321fedcba0987654321fedcba0987654321fedcba09',
    'uid: 6f1f2a1e-8d0c-4a57-9d5c-0b7a1d2c3e4f',
    'pod-template-hash=5d8f7c6b9',
    'inputTokens: 12345, outputTokens: 678',
    'invalid password: authentication failed',
    'basic authentication is off; bearer of bad news',
    "DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false",
    'password: ${DB_PASSWORD}',
    'value: $(TOKEN)',
    'see https://example.com/path?page=2&sort=name',
    'cpu: 100m, memory: 128Mi',
    'Type: kubernetes.io/service-account-token',
    'ca.crt: 1099 bytes',
    'Tolerations: node.kubernetes.io/unreachable:NoExecute op=Exists for 300s',
    'author: jane, authority: none',
    `certificate-bundle: ${Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB').toString('base64')}`,
    'kube-apiserver --authorization-mode=Node,RBAC --tls-private-key-file=/etc/kubernetes/pki/apiserver.key',
    '--service-account-signing-key=/etc/kubernetes/pki/sa.key --write-kubeconfig demo.kubeconfig',
    'Check PALETTE_API_KEY: it may have expired',
    'volumes:\n- name: v\n  secret: { secretName: db }',
    'if (token === other.token) return;',
    'const token = query.get("continue");',
    'function f() { const { stringData, data } = value; return { data }; }',
  ];
  harmless.push(
    'token: expired',
    'Authorization: required',
    'x-api-key: required',
    'interface Options { token: string; secret: Buffer; }',
    'function open(password: string, token: AuthToken) {',
    'certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM=',
    'docker run -u 1000:1000 web',
    'args: ["--token-ttl", "3600", "--port", "80"]',
    'args:\n  - --password-file\n  - /etc/secret\n',
    '- name: MODE\n  value: fast\n- name: DB_PASSWORD\n  valueFrom: x',
    'the token is invalid; the password was wrong',
    `conf: ${Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a-rather-long-name-for-a-config-map\ndata: {}\n').toString('base64')}`,
  );
  it.each(harmless)('leaves alone: %s', (text) => {
    expect(redactText(text)).toEqual({ text, count: 0 });
  });

  it('keeps what stands around a secret', () => {
    expect(redactText(`a=1 token=${S} b=2`).text).toBe('a=1 token=[redacted] b=2');
    expect(redactText(`https://u:${S}@host/x`).text).toBe('https://u:[redacted]@host/x');
  });
});

describe('Kubernetes Secrets', () => {
  const plain = 'aGVsbG8=';
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    data: { user: plain },
    stringData: { p: 'plain text' },
  };
  const yaml = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  user: ${plain}\n  p: |\n    plain text\ntype: Opaque`;
  const cases: [string, string][] = [
    ['YAML', yaml],
    ['YAML with data before kind', `apiVersion: v1\ndata:\n  user: ${plain}\nkind: Secret`],
    ['indented YAML', yaml.replaceAll(/^/gm, '    ')],
    ['a list item', `items:\n- apiVersion: v1\n  data:\n    user: ${plain}\n  kind: Secret`],
    ['a SecretList', `kind: SecretList\nitems:\n- data:\n    user: ${plain}\n`],
    ['a diff', yaml.replaceAll(/^/gm, '+')],
    ['the second document', `kind: ConfigMap\ndata:\n  kept: visible\n---\n${yaml}`],
    ['flow style', `{kind: Secret, data: {user: ${plain}}}`],
    ['JSON', JSON.stringify(object)],
    ['indented JSON', JSON.stringify(object, null, 2)],
    ['JSON in a sentence', `applied ${JSON.stringify(object)} just now`],
    [
      'a last-applied annotation in YAML',
      `metadata:\n  annotations:\n    last-applied: |\n      ${JSON.stringify(object)}`,
    ],
    ['a last-applied annotation in JSON', JSON.stringify({ metadata: { annotations: { a: JSON.stringify(object) } } })],
    ['JSON that was cut off', JSON.stringify({ ...object, stringData: undefined }).slice(0, -3)],
    ['escaped JSON that was cut off', JSON.stringify(JSON.stringify(object)).slice(0, -4)],
    ['quoted kind', `kind: "Secret"\ndata:\n  user: ${plain}`],
  ];
  it.each(cases)('in %s', (_, text) => {
    const redacted = redactText(text).text;
    expect(redacted).not.toContain(plain);
    expect(redacted).not.toContain('plain text');
  });

  it('in structured values: by kind, in lists, and in annotations', () => {
    const value: JsonValue = {
      items: [object, { kind: 'ConfigMap', data: { kept: 'visible' } }],
      annotations: { 'last-applied': JSON.stringify(object) },
      list: { kind: 'SecretList', items: [{ data: { user: plain } }] },
      typed: { type: 'Opaque', data: { user: plain } },
    };
    const redacted = JSON.stringify(redactJson(value).value);
    expect(redacted).not.toContain(plain);
    expect(redacted).not.toContain('plain text');
    expect(redacted).toContain('visible');
  });

  it('in a list, without the data of what stands beside it', () => {
    const secret = `- apiVersion: v1\n  kind: Secret\n  data:\n    user: ${plain}\n`;
    const map = '- apiVersion: v1\n  data:\n    greeting: visible\n  kind: ConfigMap\n';
    for (const list of [map + secret, secret + map, map + secret + map]) {
      for (const indent of ['', '  ']) {
        const text = `items:\n${list.replaceAll(/^(?=.)/gm, indent)}`;
        const redacted = redactText(text).text;
        expect(redacted).not.toContain(plain);
        expect(redacted.split('visible').length).toBe(text.split('visible').length);
      }
    }
  });

  it('in what a difference takes away', () => {
    const text = `-apiVersion: v1\n-kind: Secret\n-data:\n-  user: ${plain}\n-  other: ${plain}\n`;
    expect(redactText(text).text).not.toContain(plain);
    expect(redactText(text.replaceAll(/^-/gm, '- ')).text).not.toContain(plain);
  });

  it('and not the data of anything else', () => {
    const text = 'kind: ConfigMap\ndata:\n  greeting: aGVsbG8=\n';
    expect(redactText(text).text).toBe(text);
  });
});

describe('structured values', () => {
  it('are redacted by key, by pair, in patches, in numbers and in keys', () => {
    const value: JsonValue = {
      password: S,
      apiKey: 12345678,
      env: [
        { name: 'API_TOKEN', value: S },
        { name: 'MODE', value: 'fast' },
      ],
      patch: [{ op: 'replace', path: '/spec/password', value: S }],
      changes: [{ path: 'env.DB_PASSWORD', before: S, after: `${S}2` }],
      [`ghp_${letters.slice(0, 36)}`]: 1,
      args: ['--token', S, `--password=${S}`],
    };
    const { value: redacted, count } = redactJson(value);
    const text = JSON.stringify(redacted);
    expect(text).not.toContain(S);
    expect(text).not.toContain('12345678');
    expect(text).not.toContain(letters.slice(0, 36));
    expect(text).toContain('fast');
    expect(count).toBe(9);
  });

  it('keep their shape, their numbers and keys such as __proto__', () => {
    const value = JSON.parse('{"replicas":3,"ready":true,"none":null,"__proto__":{"a":[1,"x"]}}') as JsonValue;
    expect(JSON.stringify(redactJson(value).value)).toBe(JSON.stringify(value));
  });

  it('nested without end are cut, not read', () => {
    let deep: JsonValue = { password: S };
    for (let depth = 0; depth < 3_000; depth += 1) deep = { deep };
    expect(JSON.stringify(redactJson(deep).value)).not.toContain(S);
  });
});

describe('redaction', () => {
  it('done twice is the same as done once', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'password: ',
        'token=',
        'kind: Secret\n',
        'data:\n',
        '  a: b\n',
        '"',
        '{',
        '}',
        '\n',
        S,
        jwt,
        pem('RSA '),
        '://u:p@h',
        'Bearer ',
        ' - name: X_TOKEN\n   value: ',
        ' - value: x1y2z3\n   name: X_TOKEN\n',
        '["--password", "',
        '\n- --password\n- ',
        '<password>',
        '</password>',
        'the token is ',
        '@tcp(',
        'curl -u a:',
        ': |\n',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const once = redactText(pieces.join('')).text;
        expect(redactText(once)).toEqual({ text: once, count: 0 });
      }),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, also where the text is made to hurt', () => {
    const units = [
      '{',
      'eyJ',
      '"kind":"Secret" "data":{',
      'kind: Secret\ndata:\n',
      'password=',
      'a:a:',
      'Bearer ',
      '-',
      '\\',
      'name: password value: ',
      ' - kind: Secret\n data: x\n',
      '-----BEGIN PRIVATE KEY-----',
      'a://b:',
      'token: |\n',
      '"password":"',
      '[](',
      'x@',
      'a://b:c@',
      '--password\n- ',
      '"--password", "',
      'mysql ',
      'curl x -u ',
      '<password>',
      'token "',
      '$6$a$',
      'YXBpVmVyc2lvbjog',
      'value: x\nname: DB_PASSWORD\n',
    ];
    // Processor time, which other processes on a busy machine do not lengthen; the best of several, for the collector.
    const time = (text: string) =>
      Math.min(
        ...[1, 2, 3, 4].map(() => {
          const start = process.cpuUsage();
          redactText(text);
          return process.cpuUsage(start).user / 1_000;
        }),
      );
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(50_000 / unit.length));
      // Fourfold text in sixteenfold time would be quadratic; the 30 ms are for what is too short to measure.
      expect([unit, time(text.repeat(4)) < 9 * time(text) + 30]).toEqual([unit, true]);
    }
  });
});
