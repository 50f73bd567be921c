/** What extends the API server and can hold it up: admission webhooks (S8) and aggregated APIs (S9). */
import { type Draft, fields, keyOf, onObject, quote } from './finding.js';
import type { ApiService, Webhook } from './model.js';
import { lacksEndpoints } from './services.js';
import { condition, type View } from './view.js';

export function extensionFindings(view: View): Draft[] {
  return [
    ...view.snapshot.webhooks.flatMap((webhook) => webhookFinding(view, webhook)),
    ...view.snapshot.apiServices.flatMap(apiService),
  ];
}

/** S8. With failurePolicy Fail, every request that it judges is refused while it does not answer. */
function webhookFinding(view: View, webhook: Webhook): Draft[] {
  if (!webhook.service || !view.knows('services')) return [];
  const { namespace, name } = webhook.service;
  const service = view.service(namespace, name);
  if (service && !lacksEndpoints(view, service)) return [];
  const fails = webhook.failurePolicy === 'Fail';
  return [
    onObject(
      webhook.kind,
      { namespace: '', name: webhook.configuration },
      {
        check: 'S8',
        severity: fails ? 'critical' : 'warning',
        reason: service ? 'WebhookWithoutEndpoints' : 'WebhookServiceMissing',
        message: `Webhook ${quote(webhook.name)} cannot be reached: Service ${quote(`${namespace}/${name}`)} ${
          service ? 'has no ready endpoint' : 'does not exist'
        }; requests that it judges ${fails ? 'are refused' : 'pass unjudged'}.`,
        evidence: fields(
          [`webhooks[${webhook.index}].clientConfig.service`, `${namespace}/${name}`],
          [`webhooks[${webhook.index}].failurePolicy`, webhook.failurePolicy],
        ),
        suggestion: service
          ? 'Bring the pods behind the Service up.'
          : 'Install what the webhook belongs to again, or remove the left-over configuration.',
        about: [keyOf('webhook', '', webhook.name)],
        causes: [{ object: keyOf('Service', namespace, name), checks: ['S1'] }],
      },
    ),
  ];
}

/** S9. */
function apiService(api: ApiService): Draft[] {
  const available = condition(api.conditions, 'Available');
  if (available?.status !== 'False') return [];
  const metrics = /metrics\.k8s\.io$/.test(api.name);
  return [
    onObject('APIService', api, {
      check: 'S9',
      severity: metrics ? 'warning' : 'critical',
      reason: available.reason || 'Unavailable',
      message: `The aggregated API ${quote(api.name)} is not available${
        metrics ? ', so autoscaling and usage have no metrics' : '; namespaces cannot be deleted meanwhile'
      }.`,
      evidence: fields(
        ['status.conditions[Available].reason', available.reason],
        ['status.conditions[Available].message', available.message],
        ['spec.service', api.service ? `${api.service.namespace}/${api.service.name}` : null],
      ),
      since: available.since,
      suggestion: 'Look at the Service it names and the pods behind it.',
      causes: api.service
        ? [{ object: keyOf('Service', api.service.namespace, api.service.name), checks: ['S1'] }]
        : [],
    }),
  ];
}
