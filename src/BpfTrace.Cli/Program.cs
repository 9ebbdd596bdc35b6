using BpfTrace.Cli;

using var control = new TraceControl();
return Application.Run(args, control, StandardStream.Output, StandardStream.OpenError());
