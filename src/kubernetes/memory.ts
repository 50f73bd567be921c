/**
 * Reading a large cluster makes gigabytes of short-lived objects a few megabytes at a time. V8 answers by letting the young
 * generation grow to 134 MB and never shrinks it; kept small it does the same work in the same time.
 */
import v8 from 'node:v8';

/**
 * Stops the growth of the young generation of this process. Measured on 10,000 pods: peak memory of a diagnosis 330 MB
 * before and 235 MB after, of a list 107 MB and 97 MB, times unchanged.
 */
export function boundYoungGeneration(): void {
  v8.setFlagsFromString('--semi-space-growth-factor=1');
}
