/** Every icon of the page, by what it means here. */
export {
  ArrowRight, BookOpen, Bot, Captions, ChartGantt, Check, ChevronDown, ChevronRight, Circle, CircleDashed, CircleQuestionMark, CornerDownLeft, Download,
  Ellipsis, Eye, FileCode, Funnel, Gauge, GitBranch, History, LayoutGrid, Layers, Lightbulb, Lock, Maximize, Package, Pause, Play, Plug, Plus, Power, RotateCcw,
  Scale, Scissors, Server, Share2, SquareTerminal, Table2, Timer, Trash2, TriangleAlert, Unplug, User, Wrench, X, Zap, Map, Cpu, Waypoints,
} from 'lucide-react';
