/** P3: images that cannot be pulled, and why. */
import { type Draft, fields, onPod, quote } from './finding.js';
import type { Pod } from './model.js';
import { EVER, podEvent, statusPath, waitsFor } from './pod-common.js';
import { condition, type View } from './view.js';

const IMAGE_REASONS = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** P3. The kubelet's back-off message says little; the event of the attempt before says why. */
export function imagePull(view: View, pod: Pod): Draft[] {
  return pod.containers
    .filter((container) => IMAGE_REASONS.has(waitsFor(container)))
    .map((container) => {
      const event = podEvent(view, pod, ['Failed', 'ErrImageNeverPull', 'InspectFailed'], /image|pull|registry/i, EVER);
      const cause = pullFailure(container.state.reason, `${container.state.message} ${event?.message ?? ''}`);
      return onPod(pod, view.ownerOf(pod), {
        check: 'P3',
        container: container.name,
        severity: 'critical',
        reason: container.state.reason,
        message: `Container ${container.name} cannot pull ${quote(container.image) || 'its image'}: ${cause.what}.`,
        evidence: fields(
          [statusPath(container, 'state.waiting.reason'), container.state.reason],
          [statusPath(container, 'state.waiting.message'), container.state.message],
          ['event Failed', event?.message],
        ),
        since: event?.first ?? condition(pod.conditions, 'Ready')?.since ?? pod.created,
        suggestion: cause.next,
      });
    });
}

function pullFailure(reason: string, message: string): { what: string; next: string } {
  if (reason === 'InvalidImageName') {
    return { what: 'the image name is not valid', next: 'Correct the image name (set_image).' };
  }
  if (reason === 'ErrImageNeverPull') {
    return {
      what: 'the image is not on the node and imagePullPolicy is Never',
      next: 'Put the image on the node or change imagePullPolicy.',
    };
  }
  if (/toomanyrequests|too many requests|rate.?limit|\b429\b/i.test(message)) {
    return { what: 'the registry limits the rate of pulls', next: 'Use a pull secret or a mirror of the registry.' };
  }
  if (/pull access denied|may require authori[sz]ation/i.test(message)) {
    return {
      what: 'not found, or not authorised',
      next: 'Check the repository name; if it is private, add an imagePullSecret in this namespace.',
    };
  }
  if (/unauthori[sz]ed|authentication required|no basic auth|\bdenied\b|\b403\b|\b401\b|forbidden/i.test(message)) {
    return {
      what: 'the registry refuses (unauthorized)',
      next: 'Check the imagePullSecrets of the pod and of its service account.',
    };
  }
  if (/no such host|timeout|timed out|deadline exceeded|connection refused|no route to host|x509|tls:/i.test(message)) {
    return {
      what: 'the registry cannot be reached (DNS, network, timeout or certificate)',
      next: "Check the node's DNS and way out to the registry, and the registry's certificate.",
    };
  }
  if (/not found|manifest unknown|does not exist|no match for platform|404/i.test(message)) {
    return {
      what: 'the image or tag is not found',
      next: 'Correct the image or tag (set_image, or rollback_deployment).',
    };
  }
  return { what: 'the reason is in the evidence', next: 'Read the events: get_pod_events.' };
}
