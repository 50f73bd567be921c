/** S5: Ingresses that nobody serves, that lead nowhere, or whose certificate is missing, wrong or about to expire. */
import { type Draft, duration, fields, isoTime, keyOf, onObject, quote } from './finding.js';
import type { Ingress } from './model.js';
import { lacksEndpoints } from './services.js';
import { HOUR, type View } from './view.js';

export function ingressFindings(view: View): Draft[] {
  return view.snapshot.ingresses
    .filter((ingress) => ingress.deleted === null)
    .flatMap((ingress) => [...ingressClass(view, ingress), ...backends(view, ingress), ...certificates(view, ingress)]);
}

/** Served by their cloud without an IngressClass object. */
const BUILT_IN = new Set(['gce', 'gce-internal']);

function ingressClass(view: View, ingress: Ingress): Draft[] {
  if (!view.knows('ingressclasses')) return [];
  const classes = view.snapshot.ingressClasses;
  const { className } = ingress;
  const names = classes.map((entry) => entry.name).sort();
  if (className === '') {
    if (classes.some((entry) => entry.isDefault)) return [];
    return [
      onObject('Ingress', ingress, {
        check: 'S5',
        severity: 'warning',
        reason: 'NoClass',
        message: 'It names no class and no class is the default, so probably nobody serves it.',
        evidence: fields(['spec.ingressClassName', 'absent'], ['IngressClasses', names.join(', ') || 'none']),
        suggestion: 'Set spec.ingressClassName.',
      }),
    ];
  }
  if (names.includes(className) || BUILT_IN.has(className)) return [];
  return [
    onObject('Ingress', ingress, {
      check: 'S5',
      // By annotation, a controller may serve a class that has no object.
      severity: ingress.classFromAnnotation ? 'warning' : 'critical',
      reason: 'ClassMissing',
      message: `Its class ${quote(className)} does not exist, so nobody serves it.`,
      evidence: fields(
        [
          ingress.classFromAnnotation ? 'metadata.annotations[kubernetes.io/ingress.class]' : 'spec.ingressClassName',
          className,
        ],
        ['IngressClasses', names.join(', ') || 'none'],
      ),
      suggestion: 'Correct the class, or install the controller that serves it.',
    }),
  ];
}

function backends(view: View, ingress: Ingress): Draft[] {
  if (!view.knows('services')) return [];
  const reported = new Set<string>();
  return ingress.backends.flatMap((backend) => {
    const { service: name, port, path, host } = backend;
    // For the AWS load balancer controller such a backend is an action in an annotation, not a service.
    if (port === 'use-annotation') return [];
    if (reported.has(`${name}:${port}`)) return [];
    reported.add(`${name}:${port}`);
    const service = view.service(ingress.namespace, name);
    const where = host === '' ? 'its default backend' : quote(host);
    if (!service) {
      return onObject('Ingress', ingress, {
        check: 'S5',
        severity: 'critical',
        reason: 'BackendMissing',
        message: `Service ${quote(name)} behind ${where} does not exist.`,
        evidence: fields([`${path}.name`, name]),
        suggestion: 'Create the Service, or correct the backend.',
      });
    }
    const known = service.ports.some((entry) => port === '' || entry.name === port || String(entry.port) === port);
    if (!known) {
      return onObject('Ingress', ingress, {
        check: 'S5',
        severity: 'critical',
        reason: 'BackendPortMissing',
        message: `Service ${quote(name)} behind ${where} has no port ${quote(port)}.`,
        evidence: fields(
          [`${path}.port`, port],
          [
            `Service ${name} spec.ports`,
            service.ports.map((entry) => (entry.name ? `${entry.name}=${entry.port}` : entry.port)).join(', '),
          ],
        ),
        suggestion: 'Correct the port of the backend.',
      });
    }
    if (!lacksEndpoints(view, service)) return [];
    return onObject('Ingress', ingress, {
      check: 'S5',
      severity: 'critical',
      reason: 'BackendWithoutEndpoints',
      message: `Service ${quote(name)} behind ${where} has no ready endpoint, so requests fail (502 or 503).`,
      evidence: fields([`${path}.name`, name], ['EndpointSlice ready endpoints', 0]),
      suggestion: 'Mend the service first.',
      causes: [{ object: keyOf('Service', ingress.namespace, name), checks: ['S1'] }],
    });
  });
}

const SOON = 14 * 24 * HOUR;

function certificates(view: View, ingress: Ingress): Draft[] {
  const { namespace } = ingress;
  return ingress.tls.flatMap(({ secret, hosts, path }) => {
    if (secret === '') return [];
    const on = (
      severity: Draft['severity'],
      reason: string,
      message: string,
      evidence: Draft['evidence'],
      suggestion: string,
      since: number | null = null,
    ) => onObject('Ingress', ingress, { check: 'S5', severity, reason, message, evidence, suggestion, since });
    const certificate = view.snapshot.certificates.get(`${namespace}/${secret}`);
    const missing = certificate === null || (view.knows('secrets') && !view.hasSecret(namespace, secret));
    const shown = hosts.slice(0, 3).map(quote).join(', ') || 'its hosts';
    if (missing) {
      return [
        on(
          'critical',
          'CertificateMissing',
          `TLS Secret ${quote(secret)} for ${shown} does not exist.`,
          fields([path, secret]),
          'Create it, or look at what should issue it (cert-manager: its Certificate and Order).',
        ),
      ];
    }
    if (!certificate) return [];
    if (certificate.type !== 'kubernetes.io/tls' && !(certificate.hasCertificate && certificate.hasKey)) {
      return [
        on(
          'warning',
          'CertificateWrongType',
          `Secret ${quote(secret)} is not a TLS secret.`,
          fields([path, secret], [`Secret ${secret} type`, certificate.type || 'Opaque']),
          'Use a Secret of type kubernetes.io/tls with tls.crt and tls.key.',
        ),
      ];
    }
    const { notAfter } = certificate;
    if (notAfter === null) {
      return [
        on(
          'info',
          'CertificateUnreadable',
          `The certificate in Secret ${quote(secret)} cannot be read.`,
          fields([path, secret]),
          'Put a PEM certificate into tls.crt.',
        ),
      ];
    }
    if (notAfter > view.now + SOON) return [];
    const expired = notAfter <= view.now;
    return [
      on(
        expired ? 'critical' : 'warning',
        expired ? 'CertificateExpired' : 'CertificateExpiresSoon',
        expired
          ? `The certificate for ${shown} expired ${duration(view.now - notAfter)} ago.`
          : `The certificate for ${shown} expires in ${duration(notAfter - view.now)}.`,
        fields([path, secret], ['certificate notAfter', isoTime(notAfter)]),
        'Renew it, and find out why it was not renewed by itself.',
        expired ? notAfter : null,
      ),
    ];
  });
}
