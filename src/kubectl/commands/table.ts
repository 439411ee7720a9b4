/** Every command, in the order in which kubectl knows them; suggestions for a misspelt word follow it. */
import type { Command } from '../command.ts';
import { annotate, label } from './label.ts';
import { apiResources, apiVersions } from './api-resources.ts';
import { apply } from './apply.ts';
import { approve, certificate, deny } from './certificate.ts';
import { auth, canI, whoami } from './auth.ts';
import { reconcile } from './auth-reconcile.ts';
import { attach, exec } from './exec.ts';
import { autoscale, scale } from './scale.ts';
import { clusterInfoDump } from './cluster-info-dump.ts';
import { clusterInfo, completion, kustomize, options, plugin, pluginList, proxy, version } from './cluster-info.ts';
import { clusterip, externalname, ingress, loadbalancer, nodeport, service } from './create-network.ts';
import { clusterrole, clusterrolebinding, role, rolebinding, serviceaccount, token } from './create-access.ts';
import { CONFIG_COMMANDS } from './config.ts';
import { configmap, secret, secretDocker, secretGeneric, secretTls } from './create-config.ts';
import { cordon, drain, uncordon } from './drain.ts';
import { cp } from './cp.ts';
import { create } from './create.ts';
import { cronjob, deployment, job } from './create-workloads.ts';
import { debug } from './debug.ts';
import { del } from './delete.ts';
import { describe } from './describe.ts';
import { diff } from './diff.ts';
import { edit } from './edit.ts';
import { editLastApplied, setLastApplied, viewLastApplied } from './last-applied.ts';
import { events } from './events.ts';
import { explain } from './explain.ts';
import { expose } from './expose.ts';
import { get } from './get.ts';
import { history, undo } from './rollout-history.ts';
import { logs } from './logs.ts';
import { namespace, poddisruptionbudget, priorityclass, quota } from './create-policy.ts';
import { patch } from './patch.ts';
import { pause, restart, resume, rollout, status } from './rollout.ts';
import { portForward } from './port-forward.ts';
import { replace } from './replace.ts';
import { run } from './run.ts';
import { set, setEnv, setImage, setResources, setSelector, setServiceaccount, setSubject } from './set.ts';
import { taint } from './taint.ts';
import { top, topNode, topPod } from './top.ts';
import { wait } from './wait.ts';

export const COMMANDS: readonly Command[] = [
  create,
  clusterrole,
  clusterrolebinding,
  configmap,
  cronjob,
  deployment,
  ingress,
  job,
  namespace,
  poddisruptionbudget,
  priorityclass,
  quota,
  role,
  rolebinding,
  secret,
  secretDocker,
  secretGeneric,
  secretTls,
  service,
  clusterip,
  externalname,
  loadbalancer,
  nodeport,
  serviceaccount,
  token,
  expose,
  run,
  set,
  setEnv,
  setImage,
  setResources,
  setSelector,
  setServiceaccount,
  setSubject,
  explain,
  get,
  edit,
  del,
  rollout,
  history,
  pause,
  restart,
  resume,
  status,
  undo,
  scale,
  autoscale,
  certificate,
  approve,
  deny,
  clusterInfo,
  clusterInfoDump,
  top,
  topNode,
  topPod,
  cordon,
  uncordon,
  drain,
  taint,
  describe,
  logs,
  attach,
  exec,
  portForward,
  proxy,
  cp,
  auth,
  canI,
  reconcile,
  whoami,
  debug,
  events,
  diff,
  apply,
  editLastApplied,
  setLastApplied,
  viewLastApplied,
  patch,
  replace,
  wait,
  kustomize,
  label,
  annotate,
  completion,
  apiResources,
  apiVersions,
  ...CONFIG_COMMANDS,
  plugin,
  pluginList,
  version,
  options,
];
