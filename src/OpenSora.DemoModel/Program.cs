Console.WriteLine("opensora");
