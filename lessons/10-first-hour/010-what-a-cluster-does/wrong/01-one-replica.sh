# must-fail: three-ready
# feedback: one-replica
# step: look
kubectl get nodes
# step: ask
kubectl create deployment web --image=nginx
kubectl expose deployment web --port=80
kubectl rollout status deployment/web
