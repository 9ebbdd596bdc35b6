using BpfTrace.Cli;

return Application.Run(args);
