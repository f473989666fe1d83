"""openaisle: ``python main.py`` opens the console; ``python main.py --help`` lists everything else."""

from console.cli.entry import main

if __name__ == "__main__":
    main()
