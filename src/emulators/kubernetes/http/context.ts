/** What every handler needs: the cluster, its kubelets and who is asking. */
import type { Cluster } from '../cluster.js';
import type { Kubelets } from '../controllers/kubelet.js';
import type { Nodes } from '../controllers/nodes.js';
import type { Scheduler } from '../controllers/scheduler.js';

export interface Identity {
  user: string;
  groups: string[];
}

export interface Server {
  cluster: Cluster;
  kubelets: Kubelets;
  nodes: Nodes;
  scheduler: Scheduler;
  identity: Identity;
  /** Continue tokens given out before this moment are expired; a fault can move it. */
  continueExpiry: { before: number };
  /** Whether metrics.k8s.io answers. */
  readonly metricsAvailable: boolean;
  /** Plays the cluster up to the present. */
  catchUp(): void;
}
