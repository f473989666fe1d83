"""openaisle: ``python main.py`` opens the console; ``python main.py --help`` lists everything else."""

from console.cli.app import main

if __name__ == "__main__":
    main()
