# must-fail: healed still-three
# feedback: scaled-down
# step: look
kubectl get nodes
# step: ask
kubectl create deployment web --image=nginx --replicas=3
kubectl expose deployment web --port=80
kubectl rollout status deployment/web
# step: predict
# choose: heals
# step: unplug
# fault: node-crash worker-2
# wait: 60s
kubectl scale deployment web --replicas=2
# wait: 420s
